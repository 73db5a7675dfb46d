package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Program;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import dev.roundelay.sdk.Roundelay;
import dev.roundelay.sdk.WorkspaceUpload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The same small job by each way of our own: Python, Java, command line. No S3 key is given to any of them.
class SdkIT {
    @SuppressWarnings("NullAway.Init")
    private static Product product;

    @BeforeAll
    static void start() {
        product = Product.start("sdk").withWorkers(List.of("w1", "w2"));
    }

    @AfterAll
    static void stop() {
        product.close();
    }

    @Test
    void the_python_sdk_submits_follows_and_downloads() throws IOException {
        Path folder = folder("by-python");
        Map<String, String> environment = new HashMap<>(settings());
        environment.put(
                "PYTHONPATH",
                Path.of("").toAbsolutePath().resolveSibling("sdk-python/src").toString());

        String printed = Python.run(
                Python.ofVariable("ROUNDELAY_TEST_PYTHON"),
                environment,
                folder,
                "our_sdk.py",
                "by-python",
                folder.resolve("shards").toString(),
                folder.toString());

        JsonNode told = Json.lenient().readTree(printed.lines().toList().getLast());
        assertThat(told.path("state").asText()).as(printed).isEqualTo("FINISHED");
        assertThat(told.path("log").asInt()).isPositive();
    }

    @Test
    void the_java_sdk_submits_and_follows() throws IOException {
        Path folder = folder("by-java");
        try (Roundelay client = Roundelay.builder().environment(settings()).build()) {
            JobView sent = client.submit(WorkspaceUpload.of(folder.resolve("lazy_model.py"), "by-java")
                    .shards(folder.resolve("shards"))
                    .model(new JobSpec.Model("model_def", "Model", Map.of(), "fl_train", "fl_validate"))
                    .federation(JobSpec.Federation.ofRounds(2))
                    .build());

            product.api().awaitFinished(sent.id());

            assertThat(client.jobs().get(sent.id()).round()).isEqualTo(2);
            assertThat(client.jobs().logs(sent.id(), "site-1", 0, 100).items())
                    .anySatisfy(line -> assertThat(line.message()).isEqualTo("site-1 has 10 bytes"));
        }
    }

    @Test
    void the_command_line_submits_and_watches_to_the_end() throws IOException {
        Path folder = folder("by-command");
        Path key = folder.resolve("key");
        Files.writeString(key, Objects.requireNonNull(product.credentials().get("RESON_API_KEY")));

        try (Program cli = Program.java(
                "cli",
                "dev.roundelay.cli.Main",
                "96m",
                folder,
                List.of(
                        "submit",
                        folder.resolve("lazy_model.py").toString(),
                        "--class",
                        "Model",
                        "--name",
                        "by-command",
                        "--shards",
                        folder.resolve("shards").toString(),
                        "--rounds",
                        "2",
                        "--watch",
                        "--url",
                        Objects.requireNonNull(product.credentials().get("RESON_BASE_URL")),
                        "--api-key-file",
                        key.toString()))) {
            assertThat(cli.awaitExit()).as(cli.errors()).isZero();
        }
        assertThat(product.bucket().keys("jobs/by-command/model_out/"))
                .contains("jobs/by-command/model_out/checkpoint.pt");
    }

    private static Map<String, String> settings() {
        return Map.of(
                "ROUNDELAY_URL", Objects.requireNonNull(product.credentials().get("RESON_BASE_URL")),
                "ROUNDELAY_API_KEY",
                        Objects.requireNonNull(product.credentials().get("RESON_API_KEY")));
    }

    /// Returns a folder with the model's file and two shards.
    private static Path folder(String name) throws IOException {
        Path folder = Files.createDirectory(product.folder().resolve(name));
        Files.writeString(folder.resolve("lazy_model.py"), Python.resource("lazy_model.py"));
        Path shards = Files.createDirectory(folder.resolve("shards"));
        for (int i = 0; i < 2; i++) {
            Files.write(shards.resolve("shard_%d.zip".formatted(i)), Zips.of("data.bin", new byte[10 * (i + 1)]));
        }
        return folder;
    }
}
