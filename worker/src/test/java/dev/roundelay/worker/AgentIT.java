package dev.roundelay.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.worker.controlplane.Eventually;
import dev.roundelay.worker.controlplane.FakeControlPlane;
import dev.roundelay.worker.controlplane.FakeJob;
import dev.roundelay.worker.controlplane.Modules;
import dev.roundelay.worker.controlplane.RunningAgent;
import dev.roundelay.worker.harness.Pythons;
import dev.roundelay.worker.sandbox.Isolation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A real agent with real harnesses against a scripted control plane: what goes well.
class AgentIT {
    @TempDir
    Path folder;

    private FakeControlPlane plane;

    @BeforeEach
    void start() throws Exception {
        plane = new FakeControlPlane();
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void three_slots_run_a_job_of_two_rounds(Isolation isolation) throws Exception {
        try (RunningAgent agent = setup().slots(3).isolation(isolation).start()) {
            assertThat(agent.ready()).contains("wrk_test").contains("3 slots of cpu");

            plane.submit(FakeJob.of(Modules.NUMPY).shards(3));
            plane.awaitFinished();
        }

        for (int shard = 0; shard < 3; shard++) {
            assertThat(plane.site(shard).states()).containsSubsequence("preparing", "ready", "done");
            assertThat(plane.site(shard).messages())
                    .contains("training site-" + (shard + 1) + " round 0", "training site-" + (shard + 1) + " round 1");
            assertThat(plane.site(shard).received(0)).isEqualTo(1);
            assertThat(Objects.requireNonNull(plane.site(shard).validations().get(2))
                            .metrics())
                    .containsEntry("mean", 2.0);
            assertThat(plane.site(shard).files().get("1/notes.txt"))
                    .isEqualTo("round 1".getBytes(StandardCharsets.UTF_8));
            assertThat(plane.site(shard).metrics()).extracting("name").containsExactly("loss", "loss");
        }
    }

    @Test
    void no_more_memory_is_called_free_than_is_offered() throws Exception {
        try (RunningAgent _ = setup().memoryMb(64).start()) {
            Eventually.await("a sync", () -> plane.lastSync() != null);
            SyncRequest sync = Objects.requireNonNull(plane.lastSync());

            assertThat(sync.memoryMb()).isEqualTo(64);
            assertThat(sync.freeMemoryMb()).isEqualTo(64);
        }
    }

    @Test
    void torch_of_the_distribution_trains() throws Exception {
        trainWithTorch(Pythons.distribution());
    }

    @Test
    void the_current_torch_trains() throws Exception {
        trainWithTorch(Pythons.current());
    }

    private void trainWithTorch(Path python) throws Exception {
        try (RunningAgent _ = setup().python(python).slots(2).memoryMb(8_000).start()) {
            plane.submit(FakeJob.of(Modules.TORCH).shards(2).requires("torch"));
            plane.awaitFinished();
        }

        assertThat(plane.site(0).messages()).anyMatch(line -> line.startsWith("torch "));
        assertThat(plane.site(1).validations()).containsOnlyKeys(1, 2);
        assertThat(plane.model(2)).isNotEqualTo(plane.model(0));
    }

    private RunningAgent.Setup setup() {
        return new RunningAgent.Setup(plane, folder.resolve("data"));
    }
}
