package dev.roundelay.worker.run;

import dev.roundelay.worker.harness.HarnessListener;
import dev.roundelay.worker.logs.LogPump;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Passes on to the log what a harness says.
record HarnessLines(LogPump log) implements HarnessListener {
    @Override
    public void line(Instant time, String level, @Nullable Integer round, String message) {
        log.user(time, level, round, message);
    }

    @Override
    public void metric(Instant time, String name, @Nullable Integer round, @Nullable Long step, double value) {
        log.metric(time, name, round, step, value);
    }

    @Override
    public void warning(String code, String message, @Nullable Integer round) {
        log.userWarning(code, message, round);
    }
}
