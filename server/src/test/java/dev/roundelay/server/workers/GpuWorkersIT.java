package dev.roundelay.server.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.server.TestControlPlane;
import dev.roundelay.server.TestControlPlane.Answer;
import dev.roundelay.server.TestControlPlane.Caller;
import dev.roundelay.server.Zips;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GpuWorkersIT {
    @RegisterExtension
    static final TestControlPlane PLANE = new TestControlPlane();

    @Test
    void a_gpu_without_a_slot_is_shown_with_the_reason() {
        JsonNode joined = register("two gpus", 1);

        assertThat(sync(joined, 1, "[21000]").status()).isEqualTo(200);

        JsonNode worker = worker(joined);
        assertThat(worker.path("slots").asInt()).isEqualTo(1);
        assertThat(worker.path("freeSlots").asInt()).isEqualTo(1);
        assertThat(worker.path("freeMemoryMb").asLong()).isEqualTo(21_000);
        assertThat(worker.path("quarantine").isNull()
                        || worker.path("quarantine").isMissingNode())
                .isTrue();
        JsonNode good = worker.path("telemetry").path("gpus").path(0);
        assertThat(good.path("usable").asBoolean()).isTrue();
        JsonNode bad = worker.path("telemetry").path("gpus").path(1);
        assertThat(bad.path("uuid").asText()).isEqualTo("GPU-b");
        assertThat(bad.path("usable").asBoolean(true)).isFalse();
        assertThat(bad.path("reason").asText()).isEqualTo("[GPU-b] its memory is damaged; reset it");
    }

    @Test
    void a_slot_that_its_worker_does_not_call_free_is_not_shown_as_free() {
        JsonNode joined = register("settling", 1);

        sync(joined, 1, "[]");

        assertThat(worker(joined).path("slots").asInt()).isEqualTo(1);
        assertThat(worker(joined).path("freeSlots").asInt()).isZero();
    }

    @Test
    void a_worker_whose_gpus_are_all_broken_joins_and_is_shown_without_slots() {
        JsonNode joined = register("broken", 0);

        assertThat(sync(joined, 0, "[]").status()).isEqualTo(200);

        assertThat(worker(joined).path("slots").asInt()).isZero();
        assertThat(PLANE.get(PLANE.admin(), "/api/v1/gpu-catalog").status()).isEqualTo(200);
    }

    @Test
    void what_a_worker_measured_is_kept_once_and_until_it_is_removed() {
        JsonNode joined = register("remembered", 1);
        String path = "/api/v1/workers/" + joined.path("workerId").asText();

        sync(joined, 1, "[21000]");
        sync(joined, 1, "[21000]");

        JsonNode items = PLANE.get(PLANE.admin(), path + "/telemetry").json().path("items");
        assertThat(items).hasSize(1);
        assertThat(items.path(0).path("cores").asInt()).isEqualTo(8);
        PLANE.call(PLANE.admin(), "DELETE", path, "");
        assertThat(PLANE.get(PLANE.admin(), path + "/telemetry").status()).isEqualTo(404);
    }

    @Test
    void a_worker_names_the_job_that_it_works_on() {
        JsonNode joined = register("busy", 1);
        sync(joined, 1, "[21000]");
        PLANE.upload("jobs/shown/scripts/model_def.py", new byte[] {'1'});
        PLANE.upload("jobs/shown/shards/a.zip", Zips.of("a.txt"));
        Answer job = PLANE.call(PLANE.admin(), "POST", "/api/v1/jobs", """
                {"name": "shown", "scripts": "jobs/shown/scripts", "shards": "jobs/shown/shards",
                 "selection": {"workerIds": ["%s"]}}
                """.formatted(
                        joined.path("workerId").asText()));
        assertThat(job.status()).as(job.toString()).isEqualTo(201);

        Instant end = Instant.now().plusSeconds(20);
        while (worker(joined).path("jobs").isEmpty() && Instant.now().isBefore(end)) {
            sync(joined, 1, "[21000]");
        }

        assertThat(worker(joined).path("jobs").findValuesAsText("name")).containsExactly("shown");
    }

    private static JsonNode register(String name, int slots) {
        Answer answer = PLANE.call(
                Caller.bearer(PLANE.credential("ROUNDELAY_WORKER_TOKEN")), "POST", "/worker/v1/register", """
                {"name": "%s", "protocol": 1, "slots": %d, "device": "cuda", "model": "rtx_4090", "memoryMb": 24564,
                 "labels": {}, "datasets": [], "versions": {"python": "3.12"}}
                """.formatted(
                                name, slots));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        return answer.json();
    }

    private static Answer sync(JsonNode joined, int slots, String free) {
        return PLANE.call(Caller.bearer(joined.path("secret").asText()), "POST", "/worker/v1/sync", """
                {"instanceId": "i1", "protocol": 1, "slots": %d, "device": "cuda", "model": "rtx_4090", "memoryMb": %d,
                 "freeMemoryMb": 21000, "slotFreeMemoryMb": %s, "labels": {}, "datasets": [],
                 "versions": {"python": "3.12"}, "assignments": [], "telemetry": {
                   "time": "2026-01-01T00:00:00Z", "cpuPercent": 1.0, "loadAverage": 0.5, "cores": 8, "memoryMb": 64000,
                   "freeMemoryMb": 60000, "diskFreeMb": 1000, "isolation": "bubblewrap", "gpus": [
                     {"uuid": "GPU-a", "model": "rtx_4090", "memoryMb": 24564, "freeMemoryMb": 21000,
                      "utilizationPercent": 3.0, "temperatureCelsius": 41.0, "usable": true, "reason": null},
                     {"uuid": "GPU-b", "model": "rtx_4090", "memoryMb": 24564, "freeMemoryMb": 24000,
                      "utilizationPercent": null, "temperatureCelsius": null, "usable": false,
                      "reason": "[GPU-b] its memory is damaged; reset it"}]}}
                """.formatted(
                        slots, slots * 24_564L, free));
    }

    private static JsonNode worker(JsonNode joined) {
        return PLANE.get(
                        PLANE.admin(),
                        "/api/v1/workers/" + joined.path("workerId").asText())
                .json();
    }
}
