package dev.roundelay.server.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.server.TestControlPlane;
import dev.roundelay.server.TestControlPlane.Caller;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a preflight warns of, by the workers that are there.
class PreflightIT {
    private static final String ANY = "{}";

    @RegisterExtension
    static final TestControlPlane PLANE = new TestControlPlane();

    private final List<String> joined = new ArrayList<>();

    @AfterEach
    void removeWorkers() {
        for (String id : joined) {
            assertThat(PLANE.call(PLANE.admin(), "DELETE", "/api/v1/workers/" + id, "")
                            .status())
                    .isEqualTo(204);
        }
    }

    @Test
    void without_any_worker_it_says_how_to_start_one() {
        assertThat(warnings(1, ANY, "numpy", "3.12.1")).singleElement().satisfies(warning -> {
            assertThat(warning.path("code").asText()).isEqualTo("no_matching_worker");
            assertThat(warning.path("hint").asText()).contains("roundelay worker --server");
        });
    }

    @Test
    void where_all_is_well_nothing_is_said() {
        worker("w1", "\"torch\": \"2.1\",", 100_000);
        worker("w2", "\"torch\": \"2.1\",", 100_000);

        assertThat(warnings(2, ANY, "torch", "3.12.9")).isEmpty();
    }

    @Test
    void fewer_workers_than_shards_are_counted() {
        worker("w1", "", 100_000);

        assertThat(warnings(3, ANY, "numpy", "3.12.1")).singleElement().satisfies(warning -> {
            assertThat(warning.path("code").asText()).isEqualTo("not_enough_workers");
            assertThat(warning.path("message").asText()).contains("3 shards", "take 1 at once");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"gpuModels\": [\"a100\"]}|1 are of another model than a100 (there is cpu)",
                "{\"estimatedMemoryMb\": 5000}|1 have less than 5000 MB a slot",
                "{\"gpuModels\": [\"a100\"], \"estimatedMemoryMb\": 5000}|a100 (there is cpu), 1 have less than"
            })
    void the_wish_that_excludes_the_workers_is_named(String wish, String message) {
        worker("w1", "", 100_000);

        assertThat(warnings(1, wish, "numpy", "3.12.1")).singleElement().satisfies(warning -> {
            assertThat(warning.path("code").asText()).isEqualTo("no_matching_worker");
            assertThat(warning.path("message").asText()).contains("none of 1 online workers fits", message);
        });
    }

    @Test
    void another_python_and_a_missing_torch_are_told_with_the_workers() {
        worker("w1", "", 100_000);

        List<JsonNode> warnings = warnings(1, ANY, "torch>=2\nnumpy", "3.9.2");

        assertThat(warnings)
                .extracting(warning -> warning.path("code").asText())
                .containsExactly("python_differs", "no_torch_on_worker");
        assertThat(warnings.getFirst().path("message").asText()).contains("you run 3.9", "3.12 (w1)");
    }

    @Test
    void disk_and_memory_that_may_not_suffice_are_told() {
        worker("w1", "", 1);

        JsonNode answer = ask("""
                {"name": "big", "scripts": "jobs/big/scripts", "shards": "jobs/big/shards", "checkpoint": "jobs/big/model/m.pt",
                 "manifest": {"files": [
                    {"key": "jobs/big/scripts/model_def.py", "sizeBytes": 1}, {"key": "jobs/big/model/m.pt", "sizeBytes": 500000000},
                    {"key": "jobs/big/shards/a.zip", "sizeBytes": 9000000, "unpackedBytes": 90000000}]}}""");

        assertThat(answer.path("warnings").findValuesAsText("code"))
                .containsExactly("disk_may_not_suffice", "memory_may_not_suffice");
    }

    @Test
    void a_named_worker_that_is_away_is_told() {
        String sleeper = join("sleeper").path("workerId").asText();

        List<JsonNode> warnings = warnings(1, null, "numpy", "3.12.1", sleeper);

        assertThat(warnings).singleElement().satisfies(warning -> {
            assertThat(warning.path("code").asText()).isEqualTo("worker_offline");
            assertThat(warning.path("message").asText()).contains("sleeper is offline");
        });
    }

    private JsonNode join(String name) {
        JsonNode worker = PLANE.join(name);
        joined.add(worker.path("workerId").asText());
        return worker;
    }

    private void worker(String name, String versions, long diskFreeMb) {
        String secret = join(name).path("secret").asText();
        var answer =
                PLANE.call(Caller.bearer(secret), "POST", "/worker/v1/sync", """
                {"instanceId": "i-%s", "protocol": 1, "slots": 1, "device": "cpu", "model": "cpu", "memoryMb": 1000,
                 "freeMemoryMb": 900, "labels": {}, "datasets": [], "versions": {%s "python": "3.12.4"}, "assignments": [],
                 "telemetry": {"time": "2026-01-01T00:00:00Z", "cpuPercent": 1, "loadAverage": 1, "cores": 2, "memoryMb": 1000,
                    "freeMemoryMb": 900, "diskFreeMb": %d, "isolation": "bubblewrap", "gpus": []}}
                """.formatted(name, versions, diskFreeMb));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    }

    private List<JsonNode> warnings(int shards, String auto, String requirements, String python) {
        return warnings(shards, "{\"auto\": " + auto + "}", requirements, python, null);
    }

    private List<JsonNode> warnings(
            int shards, @Nullable String selection, String requirements, String python, @Nullable String worker) {
        StringBuilder files = new StringBuilder("{\"key\": \"jobs/x/scripts/model_def.py\", \"sizeBytes\": 1}");
        for (int i = 0; i < shards; i++) {
            files.append(", {\"key\": \"jobs/x/shards/%d.zip\", \"sizeBytes\": 1}".formatted(i));
        }
        JsonNode answer = ask("""
                {"name": "x", "scripts": "jobs/x/scripts", "shards": "jobs/x/shards", "selection": %s,
                 "manifest": {"files": [%s], "requirements": "%s", "python": "%s"}}""".formatted(
                        selection == null ? "{\"workerIds\": [\"" + worker + "\"]}" : selection,
                        files,
                        requirements.replace("\n", "\\n"),
                        python));
        assertThat(answer.path("problems")).as(answer.toString()).isEmpty();
        return answer.path("warnings").valueStream().toList();
    }

    private JsonNode ask(String body) {
        return PLANE.call(PLANE.admin(), "POST", "/api/v1/jobs/preflight", body).json();
    }
}
