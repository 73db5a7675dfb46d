package dev.roundelay.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.contract.worker.Telemetry;
import dev.roundelay.worker.controlplane.FakeControlPlane;
import dev.roundelay.worker.controlplane.FakeJob;
import dev.roundelay.worker.controlplane.Modules;
import dev.roundelay.worker.controlplane.RunningAgent;
import dev.roundelay.worker.gpu.FakeGpus;
import dev.roundelay.worker.sandbox.Isolation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A real agent, its real sandboxes and its real probe on a machine whose driver, device nodes and torch are stand-ins.
class AgentGpuIT {
    private static final String ECC = "CUDA error: uncorrectable ECC error encountered";

    @TempDir
    Path folder;

    private FakeControlPlane plane;
    private FakeGpus machine;
    private Path python;

    @BeforeEach
    void start() throws Exception {
        plane = new FakeControlPlane();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        machine = new FakeGpus(Files.createDirectory(folder.resolve("machine")));
        python = machine.python();
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void only_gpus_that_cuda_can_use_have_slots_and_a_job_sees_its_own_alone(Isolation isolation) throws Exception {
        machine.gpu(0, 1, "GPU-aa", 24_000)
                .gpu(1, 0, "GPU-bb", 24_000)
                .line("2, [Unknown Error], [N/A], ERR!, ERR!, ERR!, ERR!, [N/A], [N/A], ERR!")
                .breakDown("GPU-bb", ECC);

        try (RunningAgent agent = setup().isolation(isolation).start()) {
            assertThat(agent.ready())
                    .contains("1 slot of rtx_4090 (no slot: [GPU-bb] torch 9.9.9+stand.in cannot use it: " + ECC)
                    .contains("[index 2] has no readable UUID");
            awaitSync("one slot", sync -> sync.slots() == 1);
            SyncRequest sync = Objects.requireNonNull(plane.lastSync());
            assertThat(sync.device()).isEqualTo("cuda");
            assertThat(sync.memoryMb()).isEqualTo(24_564);
            assertThat(sync.slotFreeMemoryMb()).containsExactly(24_000L);
            assertThat(gpus(sync)).extracting(Telemetry.Gpu::usable).containsExactly(true, false, false);
            assertThat(gpus(sync).get(1).reason()).contains(ECC).contains("reset the GPU");

            plane.submit(FakeJob.of(telling()).gpuMemoryMb(20_000));
            plane.awaitFinished();
        }

        assertThat(plane.site(0).messages()).contains("CUDA_VISIBLE_DEVICES GPU-aa");
        if (isolation == Isolation.BUBBLEWRAP) {
            assertThat(plane.site(0).messages())
                    .contains("nodes ['nvidia-uvm', 'nvidia-uvm-tools', 'nvidia1', 'nvidiactl']");
        }
    }

    @Test
    void a_gpu_that_fails_under_a_job_loses_its_slot_until_a_probe_is_good_and_the_shard_is_lost_not_failed()
            throws Exception {
        machine.gpu(0, 0, "GPU-aa", 24_000);

        try (RunningAgent _ = setup().start()) {
            awaitSync("one slot", sync -> sync.slots() == 1);
            plane.holdBack(0);
            plane.submit(FakeJob.of(computing()));
            plane.await("it is ready", () -> plane.site(0).states().contains("ready"));
            machine.breakDown("GPU-aa", ECC);
            plane.letGo(0);

            FailureReport failure = awaitFailure();
            assertThat(failure.reason()).isEqualTo(FailureReason.GPU_UNAVAILABLE);
            assertThat(failure.message()).contains(ECC);
            assertThat(failure.loss()).isTrue();
            plane.withdraw(0);
            awaitSync("no slot", sync -> sync.slots() == 0);
            awaitSync(
                    "the reason",
                    sync -> String.valueOf(gpus(sync).getFirst().reason())
                            .contains("[GPU-aa] torch 9.9.9+stand.in cannot use it: " + ECC));

            machine.mend("GPU-aa");
            awaitSync(
                    "the slot again",
                    sync -> sync.slots() == 1
                            && Objects.requireNonNull(sync.slotFreeMemoryMb()).size() == 1
                            && gpus(sync).getFirst().usable());
        }
    }

    @Test
    void a_torch_that_sees_no_gpu_in_a_job_is_the_gpus_fault_and_never_a_silent_fall_to_the_cpu() throws Exception {
        machine.gpu(0, 0, "GPU-aa", 24_000);

        try (RunningAgent _ = setup().start()) {
            awaitSync("one slot", sync -> sync.slots() == 1);
            // The module itself takes the GPU away from the torch of its process.
            plane.submit(FakeJob.of("import torch\ntorch.cuda.is_available = lambda: False\n" + Modules.NUMPY));

            FailureReport failure = awaitFailure();
            assertThat(failure.reason()).isEqualTo(FailureReason.GPU_UNAVAILABLE);
            assertThat(failure.message()).contains("sees none");
            assertThat(failure.loss()).isTrue();
        }
    }

    @Test
    void a_job_gets_a_gpu_with_the_free_memory_that_it_asks_for() throws Exception {
        machine.gpu(0, 0, "GPU-aa", 2_000).gpu(1, 1, "GPU-bb", 24_000);

        try (RunningAgent _ = setup().start()) {
            awaitSync("both slots", sync -> List.of(24_000L, 2_000L).equals(sync.slotFreeMemoryMb()));
            plane.submit(FakeJob.of(telling()).gpuMemoryMb(10_000));
            plane.awaitFinished();
            awaitSync("both slots again", sync -> List.of(24_000L, 2_000L).equals(sync.slotFreeMemoryMb()));
            // Another program takes what was free.
            machine.gpu(1, 1, "GPU-bb", 3_000);
            awaitSync("the new figure", sync -> List.of(3_000L, 2_000L).equals(sync.slotFreeMemoryMb()));
        }

        assertThat(plane.site(0).messages()).contains("CUDA_VISIBLE_DEVICES GPU-bb");
    }

    @Test
    void a_worker_whose_gpus_are_all_broken_joins_and_says_so() throws Exception {
        machine.gpu(0, 0, "GPU-aa", 24_000);
        Files.delete(folder.resolve("machine/dev/nvidia-uvm"));

        try (RunningAgent agent = setup().start()) {
            assertThat(agent.ready())
                    .contains("0 slots of rtx_4090 (no slot: [GPU-aa] there is no ")
                    .contains("nvidia-uvm; load the driver");
        }

        assertThat(plane.registrations()).isEqualTo(1);
    }

    /// A module that tells which devices it sees.
    private String telling() {
        return Modules.NUMPY.replace(
                "    logger(\"training",
                "    logger(\"CUDA_VISIBLE_DEVICES \" + os.environ[\"CUDA_VISIBLE_DEVICES\"])\n"
                        + "    logger(\"nodes \" + str(sorted(os.listdir(\"" + folder.resolve("machine/dev")
                        + "\"))))\n    logger(\"training");
    }

    /// A module that uses the GPU in each round.
    private static String computing() {
        return "import torch\n"
                + Modules.NUMPY.replace(
                        "    logger(\"training", "    torch.ones(1, device=\"cuda\")\n    logger(\"training");
    }

    private static List<Telemetry.Gpu> gpus(SyncRequest sync) {
        return Objects.requireNonNull(sync.telemetry()).gpus();
    }

    private void awaitSync(String what, Predicate<SyncRequest> condition) throws InterruptedException {
        plane.await(what, () -> {
            SyncRequest last = plane.lastSync();
            return last != null && condition.test(last);
        });
    }

    private FailureReport awaitFailure() throws InterruptedException {
        plane.await("a failure is reported", () -> plane.site(0).failure() != null);
        return Objects.requireNonNull(plane.site(0).failure());
    }

    private RunningAgent.Setup setup() {
        return new RunningAgent.Setup(plane, folder.resolve("data"))
                .gpus(machine.settings())
                .slots(0)
                .python(python);
    }
}
