package dev.roundelay.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Setup;
import dev.roundelay.e2e.product.Zips;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A clock that jumps under a running job, as when an operator or a time service sets it: no lease is lost for it, no
/// round ends early, the same bits come out.
class ClockIT {
    private static final int ROUNDS = 3;
    private static final List<String> WORKERS = List.of("w1", "w2");
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String MODEL = Python.resource("steady_model.py");

    @SuppressWarnings("NullAway.Init")
    private Product product;

    @BeforeEach
    void start() {
        product = Product.start(Setup.of("clock").withMovableClocks()).withWorkers(WORKERS);
    }

    @AfterEach
    void stop() {
        product.close();
    }

    @ParameterizedTest
    @CsvSource({"server, 7200, -7200", "w1, 86400, -86400"})
    void a_job_does_not_mind(String program, int first, int second) {
        byte[] undisturbed = model(product.finish(draft("undisturbed", 0)));
        JobView job = product.submit(draft("moved", 3));

        awaitTraining(job, 0);
        product.traps().moveClock(program, Duration.ofSeconds(first));
        if (program.equals("server")) {
            // It is the server's clock that dates what happens: the jump has come to pass.
            Eventually.await(
                    "the server is ahead",
                    PATIENCE,
                    () -> newestLine(job).isAfter(Instant.now().plusSeconds(first / 2)));
        }
        awaitTraining(job, 1);
        product.traps().moveClock(program, Duration.ofSeconds(second));

        JobView ended = product.api().awaitFinished(job.id());
        assertThat(model(ended)).isEqualTo(undisturbed);
        List<AssignmentView> holders = product.api().assignments(job.id());
        assertThat(holders)
                .as("nobody lost its shard: %s", holders)
                .extracting(AssignmentView::attempt)
                .containsOnly(1);
        assertThat(product.api().workers()).extracting(worker -> worker.state()).containsOnly("online");
    }

    private Instant newestLine(JobView job) {
        return product.api().logs(job.id()).getLast().time();
    }

    private void awaitTraining(JobView job, int round) {
        Eventually.await(
                "both sites train in round " + round,
                PATIENCE,
                () -> product.api().logs(job.id()).stream()
                                .filter(line -> line.message().equals("begins round " + round))
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
