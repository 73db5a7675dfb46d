package dev.roundelay.worker.trial;

import dev.roundelay.worker.harness.HarnessListener;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Shows what the user's code says while it says it. Thread-safe.
final class Console implements HarnessListener {
    private final PrintStream out;
    private final List<String> warnings = new ArrayList<>();

    Console(PrintStream out) {
        this.out = out;
    }

    /// Shows what is being done now.
    void step(String what) {
        out.println(what);
    }

    @Override
    public void line(Instant time, String level, @Nullable Integer round, String message) {
        out.println("  | " + (level.equals("info") ? "" : level + ": ") + message);
    }

    @Override
    public void metric(Instant time, String name, @Nullable Integer round, @Nullable Long step, double value) {
        out.println("  | " + name + (step == null ? "" : " at " + step) + " = " + value);
    }

    @Override
    public synchronized void warning(String code, String message, @Nullable Integer round) {
        warnings.add(code + ": " + message);
        out.println("  | warning: " + message);
    }

    synchronized List<String> warnings() {
        return List.copyOf(warnings);
    }
}
