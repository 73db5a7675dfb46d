package dev.roundelay.worker.controlplane;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what nobody announces: files and processes of the machine.
public final class Eventually {
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Eventually() {}

    /// Waits until something is true.
    public static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not in time: " + what);
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    /// Returns the harnesses below a process.
    public static List<ProcessHandle> harnesses(ProcessHandle agent) {
        return agent.descendants().filter(Eventually::isHarness).toList();
    }

    private static boolean isHarness(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains("start.py");
    }

    /// Waits until all of these are gone.
    public static void awaitGone(List<ProcessHandle> processes) throws Exception {
        for (ProcessHandle process : processes) {
            process.onExit().get(30, TimeUnit.SECONDS);
        }
    }
}
