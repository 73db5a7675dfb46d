package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `roundelay try`: one round without a server says what a job would say.
class TryIT {
    private static final String MAIN = "dev.roundelay.worker.trial.Main";

    @TempDir
    Path folder;

    private Path shard;

    @BeforeEach
    void write() throws IOException {
        shard = Files.write(folder.resolve("shard.zip"), Zips.tables(12).getFirst());
    }

    @Test
    void a_model_that_trains_gives_its_metrics_and_files() throws Exception {
        Path code = Files.writeString(folder.resolve("any_name.py"), Python.resource("line_model.py"));

        Ran ran = run(0, code, "--class", "Model", "--local-epochs", "2", "--learning-rate", "0.05");

        assertThat(ran.result().get("ok").asBoolean()).isTrue();
        assertThat(ran.result().get("samples").asLong()).isEqualTo(12);
        assertThat(ran.result().get("training").has("train_loss")).isTrue();
        assertThat(ran.result().get("validation").get("mse").asDouble()).isPositive();
        assertThat(ran.result().get("files").toString()).contains("seen.json");
        assertThat(ran.progress()).contains("site-1 trained on 12 rows in round 0");
    }

    @Test
    void a_folder_of_modules_a_folder_of_data_and_assets_are_laid_out_as_in_a_job() throws Exception {
        Path code = Files.createDirectory(folder.resolve("code"));
        Files.writeString(code.resolve("layers.py"), "SIZE = 3\n");
        Files.writeString(code.resolve("model_def.py"), """
                import os
                import numpy
                from layers import SIZE

                class Model:
                    def __init__(self, width): self.weights = {"w": numpy.zeros(SIZE * width)}
                    def state_dict(self): return self.weights
                    def load_state_dict(self, state): self.weights = dict(state)

                def fl_train(model, env, out_dir, logger=None):
                    words = open(os.path.join(env["ASSETS"], "words", "a.txt")).read()
                    logger(f"{sorted(os.listdir(env['DATA_ROOT']))} {words} {env['MOMENTUM']}")
                    return {"weights": model.state_dict(), "samples": 1}
                """);
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("a.csv"), "1\n");
        Path words = Files.createDirectory(folder.resolve("words"));
        Files.writeString(words.resolve("a.txt"), "hello");
        shard = data;

        Ran ran = run(
                0,
                code,
                "--class",
                "Model",
                "--model-arg",
                "width=2",
                "--extra",
                "MOMENTUM=0.9",
                "--asset",
                words.toString());

        assertThat(ran.progress()).contains("['a.csv'] hello 0.9");
        assertThat(ran.result().get("validation")).isEmpty();
    }

    @Test
    void what_would_fail_fails_here_with_the_same_reason() throws Exception {
        Path broken = Files.writeString(folder.resolve("broken.py"), "import nowhere_to_be_found\n");
        assertThat(run(10, broken, "--class", "Model")
                        .result()
                        .at("/failure/reason")
                        .asText())
                .isEqualTo("model_def_broken");

        Path raising = Files.writeString(
                folder.resolve("raising.py"),
                Python.resource("steady_model.py")
                        .replace("logger(f\"begins", "raise ValueError(7)\n    logger(f\"begins"));
        JsonNode raised = run(10, raising, "--class", "Model").result().get("failure");
        assertThat(raised.get("reason").asText()).isEqualTo("train_raised");
        assertThat(raised.get("message").asText()).startsWith("[").contains("; ");
        assertThat(raised.get("detail").asText()).contains("ValueError: 7");

        shard = Files.writeString(folder.resolve("no.zip"), "no zip");
        assertThat(run(10, raising, "--class", "Model")
                        .result()
                        .at("/failure/reason")
                        .asText())
                .isEqualTo("shard_unreadable");

        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThat(run(10, empty, "--class", "Model")
                        .result()
                        .at("/failure/reason")
                        .asText())
                .isEqualTo("model_def_missing");
    }

    @Test
    void wrong_options_are_told_in_one_line_and_nothing_is_left() throws Exception {
        Ran ran = run(2, folder.resolve("nowhere.py"));

        assertThat(ran.progress().strip())
                .startsWith("[FILE|FOLDER] there is no ")
                .endsWith("; check the path");
        Path cache = folder.resolve("cache");
        assertThat(cache)
                .satisfiesAnyOf(
                        path -> assertThat(path).doesNotExist(),
                        path -> assertThat(path).isEmptyDirectory());
    }

    /// @param progress what was shown while it ran
    private record Ran(JsonNode result, String progress) {}

    private Ran run(int exitCode, Path code, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                MAIN,
                code.toString(),
                "--shard",
                shard.toString(),
                "--python",
                Python.SYSTEM.toString(),
                "--cache-dir",
                folder.resolve("cache").toString(),
                "--json"));
        command.addAll(List.of(options));
        Path out = folder.resolve("out.json");
        Path errors = folder.resolve("progress.txt");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start();
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        process.destroyForcibly();
        String progress = Files.readString(errors);
        assertThat(ended).as("ended within 120 s: %s", progress).isTrue();
        assertThat(process.exitValue()).as(progress + Files.readString(out)).isEqualTo(exitCode);
        return new Ran(Json.lenient().readTree(Files.readString(out)), progress);
    }
}
