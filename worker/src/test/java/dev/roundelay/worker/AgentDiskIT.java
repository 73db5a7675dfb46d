package dev.roundelay.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.contract.worker.Telemetry;
import dev.roundelay.worker.controlplane.FakeControlPlane;
import dev.roundelay.worker.controlplane.FakeJob;
import dev.roundelay.worker.controlplane.Modules;
import dev.roundelay.worker.controlplane.RunningAgent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A worker whose data folder lies on a small disk that fills up.
class AgentDiskIT {
    private static final int DISK_MB = 200;

    @TempDir
    Path folder;

    private FakeControlPlane plane;

    @BeforeEach
    void start() throws Exception {
        plane = new FakeControlPlane();
        String refused =
                said("mount", "-t", "tmpfs", "-o", "size=" + DISK_MB + "m,mode=755", "test", folder.toString());
        assumeTrue(refused.isEmpty(), "not run: this machine lets nobody mount a small disk: " + refused);
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        said("umount", "--lazy", folder.toString());
    }

    @Test
    void a_full_disk_offers_no_slot_says_so_and_offers_it_again() throws Exception {
        Path ballast = folder.resolve("ballast");
        try (RunningAgent agent = new RunningAgent.Setup(plane, folder.resolve("data"))
                .diskReserveMb(1_000)
                .start()) {
            assertThat(agent.ready()).contains("1 slot of cpu");

            // A twentieth of this disk is kept, not a thousand megabytes.
            fill(ballast, 5);
            plane.await("it offers nothing", () -> slots() == 0);
            assertThat(Objects.requireNonNull(trouble()))
                    .startsWith("[disk] ")
                    .contains("10 MB are kept", "--disk-reserve-mb");

            Files.delete(ballast);
            plane.await("it offers its slot again", () -> slots() == 1);
            assertThat(trouble()).isNull();
            plane.submit(FakeJob.of(Modules.NUMPY).shards(1));
            plane.awaitFinished();
        }
    }

    private int slots() {
        SyncRequest last = plane.lastSync();
        return last == null ? -1 : last.slots();
    }

    private @Nullable String trouble() {
        Telemetry telemetry = Objects.requireNonNull(plane.lastSync()).telemetry();
        return Objects.requireNonNull(telemetry).trouble();
    }

    /// Leaves so much free.
    private static void fill(Path file, int leftMb) throws IOException {
        long free = Files.getFileStore(file.getParent()).getUsableSpace() - ((long) leftMb << 20);
        Files.write(file, new byte[(int) free]);
    }

    private static String said(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : "ended with " + process.exitValue() + ": " + output;
    }
}
