package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Program;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A machine is lost while a job runs, and the server is made anew of a backup under the same address.
class BackupIT {
    private static final int ROUNDS = 5;
    private static final int[] ROWS = {10, 20};
    private static final String MODEL = Python.resource("steady_model.py");
    private static final Duration PATIENCE = Duration.ofSeconds(180);

    @SuppressWarnings("NullAway.Init")
    private static Product product;

    @BeforeAll
    static void start() {
        product = Product.start("backup").withWorkers(List.of("w1", "w2"));
    }

    @AfterAll
    static void stop() {
        product.close();
    }

    @Test
    void a_job_goes_on_from_the_round_of_the_backup_though_its_workers_were_further() throws Exception {
        byte[] undisturbed = modelOf(product.finish(draft("undisturbed", 0)));
        JobView job = product.submit(draft("moved", 3));
        awaitTrainingIn(job, 1);
        Path backup = takeBackup();
        awaitTrainingIn(job, 3);
        JobView later = product.submit(draft("later", 0));
        product.bucket().put("later.txt", "of the old server's later life");
        Path old = product.data();

        product.killServer();
        product.killPostgres();
        Path restored = product.folder().resolve("restored");
        assertThat(product.admin(List.of("restore", "--data-dir", restored.toString(), backup.toString())))
                .isZero();
        assertThat(Files.readString(restored.resolve("server.key")))
                .isEqualTo(Files.readString(old.resolve("server.key")));
        product.moveTo(restored);
        product.restartServer();

        JobView ended = product.api().awaitFinished(job.id());
        assertThat(ended.round()).isEqualTo(ROUNDS);
        assertThat(modelOf(ended)).as("the bits of an undisturbed run").isEqualTo(undisturbed);
        assertThat(product.api().assignments(job.id()))
                .as("each shard began anew, as its second attempt, and nobody held it against it")
                .filteredOn(assignment -> assignment.attempt() == 2)
                .extracting(AssignmentView::shard)
                .containsExactlyInAnyOrder(0, 1);
        assertThat(product.bucket().keys("later.txt")).isEmpty();
        assertThat(product.api().jobNames()).doesNotContain(later.name());
        assertThat(modelOf(product.finish(draft("afterwards", 0)))).isEqualTo(undisturbed);
        assertThat(product.admin(List.of("verify", "--data-dir", restored.toString())))
                .isZero();
    }

    @Test
    void backups_are_taken_turn_by_turn_and_the_oldest_go() throws Exception {
        Path folder = product.folder().resolve("turns");
        List<String> words = List.of(
                "backup",
                "--data-dir",
                product.data().toString(),
                "--to",
                folder.toString(),
                "--every",
                "1s",
                "--keep",
                "2");
        try (Program program = product.startAdmin(words)) {
            program.awaitLine("removed backup-");
        }

        List<Path> left = whole(folder);
        // The third one is removed after it was written: the program may have been told to stop between.
        assertThat(left).hasSizeBetween(2, 3);
        assertThat(product.admin(List.of("verify", left.getLast().toString()))).isZero();
    }

    private static List<Path> whole(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("backup-[^.]*"))
                    .sorted()
                    .toList();
        }
    }

    private static Path takeBackup() throws IOException {
        Path folder = product.folder().resolve("backups");
        assertThat(product.admin(List.of("backup", "--data-dir", product.data().toString(), "--to", folder.toString())))
                .isZero();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isDirectory).toList().getFirst();
        }
    }

    private static Draft draft(String name, double seconds) {
        return Draft.of(name, MODEL, Zips.tables(ROWS), ROUNDS)
                .with("training", Map.of("extra", Map.of("SECONDS", seconds)));
    }

    private static byte[] modelOf(JobView job) {
        return product.bucket().get("jobs/" + job.slug() + "/model_out/checkpoint.pt");
    }

    private static void awaitTrainingIn(JobView job, int round) {
        Eventually.await(
                "all sites train in round " + round,
                PATIENCE,
                () -> product.api().logs(job.id()).stream()
                        .filter(line -> line.message().equals("begins round " + round))
                        .map(line -> line.site())
                        .distinct()
                        .count(),
                sites -> sites == ROWS.length);
    }
}
