package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.roundelay.contract.job.JobView;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// The data folder of a real server lies on a small disk of its own, which fills up under a running job.
class DiskFullIT {
    private static final int ROUNDS = 6;
    private static final int[] ROWS = {10, 20};
    private static final String MODEL = Python.resource("steady_model.py");
    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final long RESERVE = 100L << 20;

    @SuppressWarnings("NullAway.Init")
    private static Product product;

    @SuppressWarnings("NullAway.Init")
    private static Path disk;

    @BeforeAll
    static void start() throws Exception {
        product = Product.start("disk", "--disk-reserve-mb", Long.toString(RESERVE >> 20));
        product.killServer();
        product.killPostgres();
        disk = Files.createDirectory(product.folder().resolve("disk"));
        String refused = said("mount", "-t", "tmpfs", "-o", "size=700m,mode=755", "roundelay-test", disk.toString());
        assumeTrue(refused.isEmpty(), "not run: this machine lets nobody mount a small disk: " + refused);
        assertThat(said(
                        "cp",
                        "-a",
                        product.data().toString(),
                        disk.resolve("data").toString()))
                .isEmpty();
        product.moveTo(disk.resolve("data"));
        product.restartServer();
        product.withWorkers(List.of("w1", "w2"));
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            product.close();
        } finally {
            said("umount", "-l", disk.toString());
        }
    }

    /// Runs a command to its end; returns nothing if that was good, else what it said.
    private static String said(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : "ended with " + process.exitValue() + ": " + output;
    }

    @Test
    void new_work_is_refused_and_a_running_job_ends_with_the_same_bits_once_there_is_room() throws Exception {
        byte[] undisturbed = modelOf(product.finish(draft("undisturbed", 0)));
        JobView job = product.submit(draft("through", 2));
        Draft later = draft("later", 0);
        Map<String, Object> spec = later.upload(product.bucket());
        awaitTrainingIn(job, 1);
        Path filler = disk.resolve("filler");

        fill(filler, RESERVE / 2);

        Eventually.await("the server says so", PATIENCE, () -> health().contains("\"disk\":\"low\""));
        assertThatThrownBy(() -> product.api().submit(spec))
                .hasMessageContaining("507")
                .hasMessageContaining("insufficient_storage")
                .hasMessageContaining("MB free and keeps 100 MB for running jobs");
        assertThatThrownBy(() -> product.bucket().put("new.bin", new byte[1 << 20]))
                .isInstanceOfSatisfying(S3Exception.class, e -> {
                    assertThat(e.statusCode()).isEqualTo(507);
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("InsufficientStorage");
                });
        assertThat(product.server().errors()).containsOnlyOnce("new jobs and uploads are refused");
        awaitTrainingIn(job, 2);

        fill(filler, 0);
        Eventually.await(
                "the running job meets the full disk",
                PATIENCE,
                () -> product.server().errors().contains("the disk is full"));
        assertThat(product.server().isAlive()).isTrue();

        Files.delete(filler);
        Eventually.await("there is room again", PATIENCE, () -> health().contains("\"disk\":\"ok\""));
        JobView ended = product.api().awaitFinished(job.id());
        assertThat(ended.round()).isEqualTo(ROUNDS);
        assertThat(modelOf(ended)).as("the bits of an undisturbed run").isEqualTo(undisturbed);
        assertThat(modelOf(product.finish(later))).isEqualTo(undisturbed);
        assertThat(product.admin(List.of("verify", "--data-dir", product.data().toString())))
                .isZero();
    }

    private static String health() {
        return product.api()
                .whileUp(() -> product.api().call("GET", "/readyz", null))
                .orElse("");
    }

    /// Writes until no more than so much is free.
    private static void fill(Path file, long leaveFree) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(1 << 16);
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            while (Files.getFileStore(disk).getUsableSpace() > leaveFree) {
                out.write(block.clear());
            }
        } catch (IOException e) {
            assertThat(leaveFree).as(String.valueOf(e.getMessage())).isZero();
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
