package dev.roundelay.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.ExternalDatabase;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A server whose database cannot be reached for a while says so, loses nothing, and goes on by itself.
///
/// System property: `chaos.away` (for how many seconds); `make chaos` takes 60.
class DatabaseAwayIT {
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("chaos.away", 12));
    private static final int ROUNDS = 4;
    private static final List<String> WORKERS = List.of("w1", "w2");
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String MODEL = Python.resource("steady_model.py");

    @SuppressWarnings("NullAway.Init")
    private ExternalDatabase database;

    @SuppressWarnings("NullAway.Init")
    private Product product;

    @BeforeEach
    void start() {
        database = ExternalDatabase.start("away");
        product = Product.start("away", database.options()).withWorkers(WORKERS);
    }

    @AfterEach
    void stop() {
        product.close();
        database.close();
    }

    @Test
    void jobs_outlive_a_database_that_is_away() {
        byte[] undisturbed = model(product.finish(draft("undisturbed", 0)));
        JobView job = product.submit(draft("cut-off", 2));
        awaitTraining(job);

        database.wire().cut();
        Throwable refused = Eventually.await(
                "the server says that it is cut off",
                PATIENCE,
                () -> catchThrowable(() -> product.api().submit(Map.of("name", "meanwhile"))),
                error -> error instanceof UncheckedIOException);
        Throwable unready = catchThrowable(() -> product.api().call("GET", "/readyz", null));
        String health = product.api().call("GET", "/healthz", null);
        System.out.println("[away] a submit meanwhile: " + refused.getMessage());
        LockSupport.parkNanos(AWAY.toNanos());
        database.wire().mend();
        long mended = System.nanoTime();
        Eventually.await(
                "the server answers again",
                PATIENCE,
                () -> product.api().whileUp(() -> product.api().job(job.id())).isPresent());
        System.out.printf(
                "[away] after %d s without its database the server answers again within %.1f s%n",
                AWAY.toSeconds(), (System.nanoTime() - mended) / 1e9);

        JobView ended = product.api().awaitFinished(job.id());
        assertThat(model(ended)).isEqualTo(undisturbed);
        List<AssignmentView> holders = product.api().assignments(job.id());
        assertThat(holders)
                .as("nobody lost its shard: %s", holders)
                .extracting(AssignmentView::attempt)
                .containsOnly(1);
        assertThat(refused).hasMessageContaining("503").hasMessageContaining("database");
        assertThat(unready).hasMessageContaining("503").hasMessageContaining("[database] it does not answer");
        assertThat(health).contains("alive");
    }

    private void awaitTraining(JobView job) {
        Eventually.await(
                "both sites train in round 1",
                PATIENCE,
                () -> product.api().logs(job.id()).stream()
                                .filter(line -> line.message().equals("begins round 1"))
                                .count()
                        == WORKERS.size());
    }

    private static Draft draft(String name, double seconds) {
        return Draft.of(name, MODEL, Zips.tables(10, 20), ROUNDS)
                .with("training", Map.of("extra", Map.of("SECONDS", seconds)));
    }

    private byte[] model(JobView job) {
        return product.bucket().get("jobs/" + job.slug() + "/model_out/checkpoint.pt");
    }
}
