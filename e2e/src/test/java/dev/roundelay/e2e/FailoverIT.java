package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.e2e.product.Api;
import dev.roundelay.e2e.product.Bucket;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.ExternalDatabase;
import dev.roundelay.e2e.product.Ports;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Program;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two servers on one database and one data folder: when the active one dies or hangs, the other one goes on with its
/// jobs.
class FailoverIT {
    private static final int ROUNDS = 4;
    private static final List<String> WORKERS = List.of("w1", "w2");
    private static final String MODEL = Python.resource("steady_model.py");
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @SuppressWarnings("NullAway.Init")
    private ExternalDatabase database;

    @SuppressWarnings("NullAway.Init")
    private Product product;

    @SuppressWarnings("NullAway.Init")
    private Program standby;

    @SuppressWarnings("NullAway.Init")
    private Api second;

    @SuppressWarnings("NullAway.Init")
    private Bucket bucketOfSecond;

    @BeforeEach
    void start() {
        database = ExternalDatabase.start("failover");
        product = Product.start("failover", database.options());
        int port = Ports.free();
        int s3Port = Ports.free();
        standby = product.startStandby(port, s3Port);
        Map<String, String> credentials = new LinkedHashMap<>(product.credentials());
        String first = Objects.requireNonNull(credentials.put("RESON_BASE_URL", "http://127.0.0.1:" + port));
        credentials.put("RESON_S3_ENDPOINT", "http://127.0.0.1:" + s3Port);
        second = new Api(credentials);
        bucketOfSecond = new Bucket(credentials);
        product.through(first + "," + credentials.get("RESON_BASE_URL")).withWorkers(WORKERS);
    }

    @AfterEach
    void stop() {
        standby.close();
        product.close();
        second.close();
        bucketOfSecond.close();
        database.close();
    }

    @Test
    void a_job_goes_on_at_the_standby_when_the_active_server_is_killed() {
        byte[] undisturbed = model(product.bucket(), product.finish(draft("undisturbed", 0)));
        JobView job = product.submit(draft("moved", 3));
        awaitRound(job, 1);
        assertThat(product.api().call("GET", "/readyz", null)).contains("ready");
        assertThatThrownBy(() -> second.call("GET", "/readyz", null))
                .hasMessageContaining("503")
                .hasMessageContaining("stands by");

        product.server().kill();
        long killed = System.nanoTime();
        Eventually.await("the other server serves", PATIENCE, () -> isServing(job));
        System.out.printf("[failover] killed: the other server serves after %.1f s%n", since(killed));

        assertSameEnd(job, undisturbed);
    }

    @Test
    void a_server_that_hung_and_wakes_is_refused_everywhere() {
        byte[] undisturbed = model(product.bucket(), product.finish(draft("undisturbed", 0)));
        JobView job = product.submit(draft("moved", 3));
        awaitRound(job, 1);

        product.server().signal("STOP");
        long stopped = System.nanoTime();
        Eventually.await("the other server serves", PATIENCE, () -> isServing(job));
        System.out.printf("[failover] hung: the other server serves after %.1f s%n", since(stopped));
        // It wakes in the middle of the job, with all that it had in mind.
        product.server().signal("CONT");

        assertSameEnd(job, undisturbed);
        assertThat(product.api().whileUp(() -> product.api().job(job.id())))
                .as("what the server that was stopped says")
                .isEmpty();
    }

    private boolean isServing(JobView job) {
        return second.whileUp(() -> second.job(job.id())).isPresent();
    }

    private void assertSameEnd(JobView job, byte[] undisturbed) {
        JobView ended = second.awaitFinished(job.id());
        assertThat(ended.round()).isEqualTo(ROUNDS);
        assertThat(model(bucketOfSecond, ended)).isEqualTo(undisturbed);
        List<AssignmentView> holders = second.assignments(job.id());
        assertThat(holders)
                .as("nobody lost its shard: %s", holders)
                .extracting(AssignmentView::attempt)
                .containsOnly(1);
    }

    private void awaitRound(JobView job, int round) {
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

    private static byte[] model(Bucket bucket, JobView job) {
        return bucket.get("jobs/" + job.slug() + "/model_out/checkpoint.pt");
    }

    private static double since(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
