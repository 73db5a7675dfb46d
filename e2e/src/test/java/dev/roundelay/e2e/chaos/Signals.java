package dev.roundelay.e2e.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// Signals to processes. SIGKILL needs no program; the others are sent by `kill`.
final class Signals {
    private Signals() {}

    static void stop(List<ProcessHandle> processes) {
        send("-STOP", processes);
    }

    static void goOn(List<ProcessHandle> processes) {
        send("-CONT", processes);
    }

    private static void send(String signal, List<ProcessHandle> processes) {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        try {
            // One of them may have ended meanwhile: what kill says of it is nothing to us.
            new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
