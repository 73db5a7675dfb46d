package dev.roundelay.cli;

import java.io.IOException;
import java.util.List;

/// Runs a program with this terminal until it ends.
final class Foreground {
    private Foreground() {}

    static int run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        Thread ending = new Thread(() -> stop(process), "ending");
        Runtime.getRuntime().addShutdownHook(ending);
        return process.waitFor();
    }

    private static void stop(Process process) {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
