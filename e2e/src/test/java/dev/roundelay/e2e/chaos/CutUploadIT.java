package dev.roundelay.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.e2e.product.Bucket;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Wire;
import dev.roundelay.e2e.product.Zips;
import dev.roundelay.sdk.Roundelay;
import dev.roundelay.sdk.WorkspaceUpload;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Connections that break in the midst of an upload, again and again: of an update by a worker, of shards by each
/// client.
/// Nobody has to do anything, and nothing is trained or lost for it.
class CutUploadIT {
    private static final int MEGABYTES = 20;
    private static final int BALLAST = 30_000_000;
    private static final int ROUNDS = 2;
    private static final List<String> WORKERS = List.of("w1", "w2");

    @SuppressWarnings("NullAway.Init")
    private static Product product;

    @SuppressWarnings("NullAway.Init")
    private static Wire ofWorkers;

    @BeforeAll
    static void start() {
        product = Product.start("cut-uploads");
        ofWorkers = new Wire(address("RESON_BASE_URL"));
        product.through(ofWorkers.address().toString()).withWorkers(WORKERS);
    }

    @AfterAll
    static void stop() {
        product.close();
        ofWorkers.close();
    }

    @Test
    void an_update_goes_on_where_it_was_cut() {
        byte[] undisturbed = model(product.finish(draft("undisturbed")));

        ofWorkers.breakUploads(5_000_000, 6);
        JobView ended = product.finish(draft("cut"));

        assertThat(ofWorkers.broken()).isEqualTo(6);
        assertThat(model(ended)).isEqualTo(undisturbed);
        List<AssignmentView> holders = product.api().assignments(ended.id());
        assertThat(holders)
                .as("nobody lost its shard: %s", holders)
                .extracting(AssignmentView::attempt)
                .containsOnly(1);
    }

    @Test
    void the_python_sdk_goes_on_with_its_shards() throws IOException {
        Path folder = folder("by-python");
        try (Wire wire = new Wire(address("RESON_BASE_URL"))) {
            wire.breakUploads(4_000_000, 3);
            Map<String, String> environment = new HashMap<>(settings(wire));
            environment.put(
                    "PYTHONPATH",
                    Path.of("")
                            .toAbsolutePath()
                            .resolveSibling("sdk-python/src")
                            .toString());

            String printed = Python.run(
                    Python.ofVariable("ROUNDELAY_TEST_PYTHON"),
                    environment,
                    folder,
                    "our_sdk.py",
                    "by-python",
                    folder.resolve("shards").toString(),
                    folder.toString());

            assertThat(wire.broken()).isEqualTo(3);
            JsonNode told = Json.lenient().readTree(printed.lines().toList().getLast());
            assertThat(told.path("state").asText()).as(printed).isEqualTo("FINISHED");
            assertWhole(told.path("id").asText());
        }
    }

    @Test
    void the_java_sdk_goes_on_with_its_shards() throws IOException {
        Path folder = folder("by-java");
        try (Wire wire = new Wire(address("RESON_BASE_URL"));
                Roundelay client =
                        Roundelay.builder().environment(settings(wire)).build()) {
            wire.breakUploads(4_000_000, 3);

            JobView sent = client.submit(WorkspaceUpload.of(folder.resolve("lazy_model.py"), "by-java")
                    .shards(folder.resolve("shards"))
                    .model(new JobSpec.Model("model_def", "Model", Map.of(), "fl_train", "fl_validate"))
                    .federation(JobSpec.Federation.ofRounds(ROUNDS))
                    .build());

            assertThat(wire.broken()).isEqualTo(3);
            product.api().awaitFinished(sent.id());
            assertWhole(sent.id());
        }
    }

    @Test
    void an_s3_client_goes_on_with_its_objects() throws IOException {
        byte[] shard = Files.readAllBytes(folder("by-s3").resolve("shards/shard_0.zip"));
        try (Wire wire = new Wire(address("RESON_S3_ENDPOINT"))) {
            wire.breakUploads(4_000_000, 3);
            Map<String, String> credentials = new HashMap<>(product.credentials());
            credentials.put("RESON_S3_ENDPOINT", wire.address().toString());

            try (Bucket bucket = new Bucket(credentials)) {
                bucket.put("kept/shard.zip", shard);
            }

            assertThat(wire.broken()).isEqualTo(3);
            assertThat(product.bucket().get("kept/shard.zip")).isEqualTo(shard);
        }
    }

    /// Each site has found all bytes of its shard.
    private static void assertWhole(String job) {
        assertThat(product.api().logs(job))
                .extracting(line -> line.message())
                .contains("site-1 has %d bytes".formatted(BALLAST + table(0).length))
                .contains("site-2 has %d bytes".formatted(BALLAST + table(1).length));
    }

    private static URI address(String name) {
        return URI.create(Objects.requireNonNull(product.credentials().get(name)));
    }

    private static Map<String, String> settings(Wire wire) {
        return Map.of(
                "ROUNDELAY_URL",
                wire.address().toString(),
                "ROUNDELAY_API_KEY",
                Objects.requireNonNull(product.credentials().get("RESON_API_KEY")));
    }

    private static Draft draft(String name) {
        return Draft.of(name, Python.resource("wide_model.py"), Zips.tables(10, 20), ROUNDS)
                .with("model", Map.of("class", "Model", "args", Map.of("megabytes", MEGABYTES)));
    }

    private static byte[] model(JobView job) {
        return product.bucket().get("jobs/" + job.slug() + "/model_out/checkpoint.pt");
    }

    /// Returns a folder with a model's file and two shards, too random for an archive to be smaller.
    private static Path folder(String name) throws IOException {
        Path folder = Files.createDirectory(product.folder().resolve(name));
        Files.writeString(folder.resolve("lazy_model.py"), Python.resource("lazy_model.py"));
        Path shards = Files.createDirectory(folder.resolve("shards"));
        byte[] ballast = new byte[BALLAST];
        for (int i = 0; i < 2; i++) {
            new Random(i).nextBytes(ballast);
            Files.write(
                    shards.resolve("shard_%d.zip".formatted(i)),
                    Zips.of(Map.of("data.csv", table(i), "ballast.bin", ballast)));
        }
        return folder;
    }

    private static byte[] table(int shard) {
        return Zips.csv(10, 20).get(shard);
    }
}
