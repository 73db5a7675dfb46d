package dev.roundelay.worker.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.worker.Telemetry;
import dev.roundelay.worker.controlplane.Eventually;
import dev.roundelay.worker.sandbox.ProcessLauncher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The book of GPUs over a real `nvidia-smi` program that prints prepared lines; only the probe is scripted.
class GpusTest {
    @TempDir
    Path folder;

    private final ProcessLauncher launcher = new ProcessLauncher();
    private final Map<String, String> problems = new ConcurrentHashMap<>();
    private final List<Gpus> open = new ArrayList<>();
    private final AtomicLong changes = new AtomicLong();
    private FakeGpus machine;

    @BeforeEach
    void start() throws Exception {
        machine = new FakeGpus(folder);
    }

    @AfterEach
    void stop() {
        open.forEach(Gpus::close);
        launcher.close();
    }

    @Test
    void a_gpu_that_fails_its_probe_has_no_slot_and_says_why() throws Exception {
        machine.gpu(0, 0, "GPU-a", 24_000).gpu(1, 1, "GPU-b", 23_000);
        problems.put("GPU-b", "the driver is older than the library; install matching versions");

        Gpus gpus = proved(0);

        assertThat(gpus.slots()).isEqualTo(1);
        assertThat(gpus.memoryMb(gpus.slots())).isEqualTo(24_564);
        assertThat(gpus.slotFreeMemoryMb()).containsExactly(24_000L);
        assertThat(gpus.telemetry())
                .containsExactly(
                        new Telemetry.Gpu("GPU-a", "rtx_4090", 24_564, 24_000, 3.0, 41.0, true, null),
                        new Telemetry.Gpu(
                                "GPU-b",
                                "rtx_4090",
                                24_564,
                                23_000,
                                3.0,
                                41.0,
                                false,
                                "[GPU-b] the driver is older than the library; install matching versions"));
    }

    @Test
    void what_cannot_be_leased_is_not_even_probed() throws Exception {
        machine.gpu(0, 0, "GPU-a", 24_000)
                .line("1, [Unknown Error], [N/A], ERR!, ERR!, ERR!, ERR!, [N/A], [N/A], [N/A]")
                .line("2, GPU-m, 00000000:03:00.0, NVIDIA GeForce RTX 4090, 24564, 24000, 0, 30, 570.10, Enabled")
                .line("3, GPU-s, 00000000:04:00.0, NVIDIA T400, 2048, 2000, 0, 30, 570.10, [N/A]");

        Gpus gpus = proved(0);

        assertThat(gpus.model()).isEqualTo("rtx_4090");
        assertThat(gpus.slots()).isEqualTo(1);
        assertThat(gpus.troubles())
                .satisfiesExactly(
                        broken -> assertThat(broken).startsWith("[index 1] has no readable UUID"),
                        split -> assertThat(split)
                                .startsWith("[GPU-m] is split by MIG")
                                .contains("nvidia-smi -i 2 -mig 0"),
                        small -> assertThat(small)
                                .startsWith("[GPU-s] is a t400, but a worker's slots are of one model"));
    }

    @Test
    void fewer_slots_than_gpus_can_be_asked_for_and_a_broken_gpu_costs_none_of_them() throws Exception {
        machine.gpu(0, 0, "GPU-a", 24_000).gpu(1, 1, "GPU-b", 23_000).gpu(2, 2, "GPU-c", 22_000);
        problems.put("GPU-a", "broken; mend it");

        Gpus gpus = proved(1);

        assertThat(gpus.slots()).isEqualTo(1);
        assertThat(gpus.slotFreeMemoryMb()).containsExactly(23_000L);
        Gpus.Lease lease = gpus.take(0);
        assertThat(lease.uuid()).isEqualTo("GPU-c");
        assertThat(gpus.slotFreeMemoryMb()).isEmpty();
    }

    @Test
    void the_gpu_that_fits_most_tightly_is_taken_and_a_full_one_is_waited_for() throws Exception {
        machine.gpu(0, 0, "GPU-a", 24_000).gpu(1, 5, "GPU-b", 2_000);
        Gpus gpus = proved(0);

        assertThat(gpus.take(1_000).uuid()).isEqualTo("GPU-b");
        Gpus.Lease large = gpus.take(10_000);
        assertThat(large.uuid()).isEqualTo("GPU-a");
        gpus.release(large);
        machine.gpu(0, 0, "GPU-a", 4_000);
        gpus.refresh();
        CompletableFuture<Gpus.Lease> waiting = taking(gpus, 10_000);
        gpus.refresh();
        assertThat(waiting).isNotDone();
        machine.gpu(0, 0, "GPU-a", 11_000);
        gpus.refresh();

        assertThat(waiting.get(30, TimeUnit.SECONDS).uuid()).isEqualTo("GPU-a");
    }

    @Test
    void a_slot_is_free_again_when_its_memory_is() throws Exception {
        machine.gpu(0, 0, "GPU-a", 24_000);
        Gpus gpus = proved(0);
        Gpus.Lease lease = gpus.take(0);
        machine.gpu(0, 0, "GPU-a", 3_000);
        gpus.release(lease);
        assertThat(gpus.slots()).isEqualTo(1);
        assertThat(gpus.slotFreeMemoryMb()).isEmpty();

        machine.gpu(0, 0, "GPU-a", 23_950);
        long before = changes.get();
        gpus.refresh();

        assertThat(gpus.slotFreeMemoryMb()).containsExactly(23_950L);
        assertThat(changes.get()).isGreaterThan(before);
    }

    @Test
    void memory_that_does_not_come_back_is_another_programs_after_a_while() throws Exception {
        AtomicLong time = new AtomicLong();
        machine.gpu(0, 0, "GPU-a", 24_000);
        Gpus gpus = found(0, time::get);
        gpus.prove((gpu, slot) -> new GpuProbe.Outcome(true, "a test", 0, 0));
        Gpus.Lease lease = gpus.take(0);
        machine.gpu(0, 0, "GPU-a", 3_000);
        gpus.release(lease);
        assertThat(gpus.slotFreeMemoryMb()).isEmpty();

        time.addAndGet(machine.settings().settle().toNanos());
        gpus.refresh();
        assertThat(gpus.slotFreeMemoryMb()).containsExactly(3_000L);
    }

    @Test
    void a_gpu_that_is_to_blame_is_in_quarantine_until_a_good_probe() throws Exception {
        machine.gpu(0, 0, "GPU-a", 24_000);
        Gpus gpus = proved(0);
        Gpus.Lease lease = gpus.take(0);
        problems.put("GPU-a", "its memory is damaged; reset it");

        gpus.blame(lease, "[site-1] CUDA error: uncorrectable ECC error encountered; ask the operator");
        assertThat(gpus.troubles())
                .containsExactly("[site-1] CUDA error: uncorrectable ECC error encountered; ask the operator");
        gpus.release(lease);
        assertThat(gpus.slots()).isZero();
        Eventually.await(
                "the probe fails", () -> gpus.troubles().equals(List.of("[GPU-a] its memory is damaged; reset it")));
        assertThat(gpus.slots()).isZero();

        problems.clear();
        Eventually.await("a probe is good", () -> gpus.slots() == 1);
        assertThat(gpus.take(0).uuid()).isEqualTo("GPU-a");
    }

    @Test
    void a_gpu_that_nobody_uses_is_proved_again_from_time_to_time() throws Exception {
        machine.gpu(0, 0, "GPU-a", 24_000).every(Duration.ofMillis(20));

        Gpus gpus = proved(0);
        assertThat(gpus.slots()).isEqualTo(1);
        problems.put("GPU-a", "it fell off the bus; restart the machine");
        Eventually.await("a later probe finds it out", () -> gpus.slots() == 0);
        problems.clear();

        Eventually.await("a still later one is good", () -> gpus.slots() == 1);
    }

    @Test
    void quarantine_grows_with_each_failure_up_to_the_usual_period() {
        GpuSettings settings = GpuSettings.defaults();

        assertThat(List.of(1, 2, 3, 6, 7, 100))
                .extracting(failures -> settings.retry(failures).toMinutes())
                .containsExactly(1L, 2L, 4L, 32L, 60L, 60L);
    }

    @Test
    void a_gpu_that_the_driver_lists_no_more_loses_its_slot_but_not_at_the_first_miss() throws Exception {
        machine.gpu(0, 0, "GPU-a", 24_000).gpu(1, 1, "GPU-b", 24_000);
        Gpus gpus = proved(0);

        machine.vanish("GPU-a");
        gpus.refresh();
        gpus.refresh();
        assertThat(gpus.slots()).isEqualTo(2);
        gpus.refresh();

        assertThat(gpus.slots()).isEqualTo(1);
        assertThat(gpus.troubles()).singleElement().asString().contains("not listed by nvidia-smi any more");
        machine.gpu(0, 0, "GPU-a", 24_000);
        gpus.refresh();
        Eventually.await("it is proved again", () -> gpus.slots() == 2);
    }

    @Test
    void a_tool_that_fails_takes_all_slots_and_tells_its_words() throws Exception {
        machine.gpu(0, 0, "GPU-a", 24_000);
        Gpus gpus = proved(0);

        machine.fail("Unable to determine the device handle: GPU is lost. Reboot the system", 15);
        gpus.refresh();
        gpus.refresh();
        gpus.refresh();

        assertThat(gpus.slots()).isZero();
        assertThat(gpus.troubles())
                .singleElement()
                .asString()
                .startsWith("[GPU-a] nvidia-smi ended with 15: Unable to determine the device handle");
    }

    @Test
    void a_machine_without_the_tool_or_without_devices_has_no_gpu() throws Exception {
        GpuSettings none = new GpuSettings(
                folder.resolve("nosuch").toString(),
                folder,
                folder,
                machine.settings().probePeriod(),
                machine.settings().firstRetry(),
                machine.settings().settle());
        assertThat(Gpus.find(launcher, none, 0, System::nanoTime, () -> {}).isEmpty())
                .isTrue();

        machine.fail("No devices were found", 6);
        assertThat(found(0, System::nanoTime).isEmpty()).isTrue();
        machine.fail("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9);
        assertThat(found(0, System::nanoTime).isEmpty()).isTrue();
    }

    @Test
    void a_driver_that_knows_no_mig_is_asked_without_it() throws Exception {
        machine.old().gpu(0, 0, "GPU-a", 24_000);

        assertThat(proved(0).slots()).isEqualTo(1);
    }

    @Test
    void device_nodes_are_the_gpus_own_and_the_drivers() throws Exception {
        machine.gpu(0, 3, "GPU-a", 24_000).gpu(1, 0, "GPU-b", 24_000);
        Gpus gpus = proved(0);

        assertThat(gpus.take(0).devices())
                .extracting(node -> Path.of(node).getFileName().toString())
                .containsExactly("nvidia3", "nvidiactl", "nvidia-uvm", "nvidia-uvm-tools");
    }

    private Gpus proved(int slots) throws Exception {
        Gpus gpus = found(slots, System::nanoTime);
        gpus.prove((gpu, slot) -> {
            String problem = problems.get(gpu.uuid());
            return problem == null ? new GpuProbe.Outcome(true, "a test", 0, 0) : GpuProbe.Outcome.failed(problem);
        });
        return gpus;
    }

    private Gpus found(int slots, LongSupplier nanos) throws Exception {
        Gpus gpus = Gpus.find(launcher, machine.settings(), slots, nanos, changes::incrementAndGet);
        open.add(gpus);
        return gpus;
    }

    private static CompletableFuture<Gpus.Lease> taking(Gpus gpus, long memoryMb) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return gpus.take(memoryMb);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }
}
