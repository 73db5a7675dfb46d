package dev.roundelay.worker.run;

import dev.roundelay.worker.logs.LogPump;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Where an attempt stands beside its steps: whether it is silent, and its stack for who asks. Guarded by the lock of
/// its runner.
final class LifeSigns {
    private final LogPump log;
    private final InstantSource clock;
    private final Silence silence;
    private @Nullable Attempt prepared;
    private long lastStack;

    LifeSigns(LogPump log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
        this.silence = new Silence(clock.instant());
    }

    /// The harness has imported the user's code.
    void ready(Attempt attempt) {
        prepared = attempt;
    }

    @Nullable
    Instant silentSince(boolean isWorking) {
        Duration cpu = prepared == null ? Duration.ZERO : prepared.cpu();
        return silence.look(clock.instant(), isWorking, log.last(), cpu);
    }

    /// Writes the stack of each thread into the log, once for each number.
    void showStack(long number, String phase) {
        if (number <= lastStack) {
            return;
        }
        lastStack = number;
        if (prepared == null) {
            log.worker("info", null, "there is no stack to show yet: " + phase);
        } else {
            log.worker("info", null, "the stack of every thread, as asked for:");
            prepared.showStack();
        }
    }
}
