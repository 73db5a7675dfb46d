package dev.roundelay.kernel.journal;

import java.time.Instant;

/// What the event stream carries.
public sealed interface Entry {
    /// Returns the place in the job's order.
    long seq();

    /// A log line.
    record Logged(Line line) implements Entry {
        @Override
        public long seq() {
            return line.seq();
        }
    }

    /// A metric value.
    record Measured(Point point) implements Entry {
        @Override
        public long seq() {
            return point.seq();
        }
    }

    /// A change of state, phase, round or worker; `json` is one JSON object.
    record Happened(long seq, Instant time, String kind, String json) implements Entry {}
}
