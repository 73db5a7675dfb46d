package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.LogLine;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What a power cut, an operator's `kill -9` and an impatient user do to a running job.
class CrashIT {
    private static final int ROUNDS = 4;
    private static final int[] ROWS = {10, 20, 30};
    private static final String MODEL = Python.resource("steady_model.py");
    /// How long a thing may take on a loaded machine. How long it does take is measured by `make bench`.
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @SuppressWarnings("NullAway.Init")
    private static Product product;

    @SuppressWarnings("NullAway.Init")
    private static byte[] undisturbed;

    @BeforeAll
    static void start() {
        product = Product.start("crash").withWorkers(List.of("w1", "w2", "w3", "w4"));
        undisturbed = modelOf(product.finish(draft("undisturbed", 0)));
    }

    @AfterAll
    static void stop() {
        product.close();
    }

    @Test
    void a_killed_server_goes_on_in_the_same_round_and_no_training_is_thrown_away() {
        JobView job = product.submit(draft("server", 3));
        awaitTrainingInRound(job, 1);

        product.killServer();
        product.restartServer();

        assertSameEnd(job);
    }

    @Test
    void a_server_that_is_told_to_stop_goes_on_in_the_same_round_when_it_is_started_again() {
        JobView job = product.submit(draft("stopped", 3));
        awaitTrainingInRound(job, 1);

        product.server().signal("TERM");
        assertThat(product.server().awaitExit())
                .as("as of a process that obeyed SIGTERM")
                .isEqualTo(143);
        product.restartServer();

        assertSameEnd(job);
    }

    @Test
    void a_killed_database_goes_on_in_the_same_round_and_no_training_is_thrown_away() {
        JobView job = product.submit(draft("database", 3));
        awaitTrainingInRound(job, 1);

        product.killPostgres();

        assertSameEnd(job);
    }

    @Test
    void a_killed_worker_is_noticed_and_a_spare_one_takes_its_shard() {
        JobView job = product.submit(draft("worker", 2));
        awaitTrainingInRound(job, 1);
        AssignmentView held = holderOf(job, 0);

        List<ProcessHandle> harness =
                product.worker(held.workerName()).handle().descendants().toList();
        product.worker(held.workerName()).kill();
        AssignmentView next = Eventually.await(
                "the shard has moved", PATIENCE, () -> holderOf(job, 0), now -> now.attempt() > held.attempt());
        Eventually.await(
                "the dead worker's harness is gone",
                PATIENCE,
                () -> harness.stream().noneMatch(ProcessHandle::isAlive));

        assertThat(next.workerName()).isNotEqualTo(held.workerName());
        JobView ended = product.api().awaitFinished(job.id());
        assertThat(modelOf(ended)).isEqualTo(undisturbed);
        product.withWorkers(List.of(held.workerName()));
    }

    @Test
    void a_cancelled_job_leaves_no_process_and_keeps_what_it_had() {
        JobView job = product.submit(draft("cancelled", 3));
        awaitTrainingInRound(job, 1);
        List<ProcessHandle> processes = product.jobProcesses();
        assertThat(processes).isNotEmpty();

        product.api().cancel(job.id());

        Eventually.await(
                "every process of the job is gone",
                PATIENCE,
                () -> processes.stream().noneMatch(ProcessHandle::isAlive));
        JobView ended = product.api().awaitEnd(job.id());
        assertThat(ended.state()).isEqualTo(JobState.CANCELLED);
        assertThat(ended.failure()).isNull();
        assertThat(product.bucket().keys(job("cancelled")))
                .contains(
                        job("cancelled") + "files_out/training_log.txt",
                        job("cancelled") + "files_out/metrics.csv",
                        job("cancelled") + "files_out/site-1/round_0/note.txt",
                        job("cancelled") + "model_out/checkpoint_round_1.pt");
    }

    private static Draft draft(String name, double seconds) {
        return Draft.of(name, MODEL, Zips.tables(ROWS), ROUNDS)
                .with("training", Map.of("extra", Map.of("SECONDS", seconds)));
    }

    private static String job(String name) {
        return "jobs/" + name + "/";
    }

    private static byte[] modelOf(JobView job) {
        return product.bucket().get(job(job.slug()) + "model_out/checkpoint.pt");
    }

    /// Waits until every site has begun to train in a round.
    private static void awaitTrainingInRound(JobView job, int round) {
        Eventually.await(
                "all sites train in round " + round,
                PATIENCE,
                () -> beginnings(job),
                begun -> begun.keySet().stream()
                                .filter(key -> key.endsWith(" begins round " + round))
                                .count()
                        == ROWS.length);
    }

    /// Returns how often each site began each round.
    private static Map<String, Long> beginnings(JobView job) {
        return product.api().logs(job.id()).stream()
                .filter(line -> line.message().startsWith("begins round "))
                .collect(Collectors.groupingBy(CrashIT::siteAndMessage, Collectors.counting()));
    }

    private static String siteAndMessage(LogLine line) {
        return line.site() + " " + line.message();
    }

    private static void assertSameEnd(JobView job) {
        JobView ended = product.api().awaitFinished(job.id());
        assertThat(ended.round()).isEqualTo(ROUNDS);
        assertThat(modelOf(ended)).isEqualTo(undisturbed);
        assertThat(beginnings(job)).hasSize(ROUNDS * ROWS.length);
        List<AssignmentView> holders = product.api().assignments(job.id());
        assertThat(holders)
                .as("nobody lost its shard: %s", holders)
                .extracting(AssignmentView::attempt)
                .containsOnly(1);
        assertThat(beginnings(job).values())
                .as("no training was begun twice: %s", beginnings(job))
                .containsOnly(1L);
    }

    private static AssignmentView holderOf(JobView job, int shard) {
        return product.api().assignments(job.id()).stream()
                .filter(assignment -> assignment.shard() == shard)
                .max(Comparator.comparingInt(AssignmentView::attempt))
                .orElseThrow();
    }
}
