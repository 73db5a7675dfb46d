package dev.roundelay.e2e.chaos;

import java.time.Duration;
import java.util.List;

/// What befalls a product while it runs a job.
sealed interface Fault {
    /// A program: `server`, or a worker by its name.
    String SERVER = "server";

    /// `kill -9` of some of the processes.
    ///
    /// @param after from the submit on
    record Kill(List<Victim> victims, Duration after) implements Fault {
        public Kill {
            victims = List.copyOf(victims);
        }

        @Override
        public String toString() {
            return "kill -9 of " + victims + " after " + after.toMillis() + " ms";
        }
    }

    /// A program ends where it stands, before or after a commit, an fsync, a rename, a link, an answer or a call.
    ///
    /// @param times it lives on until it comes there for this time
    record Point(String program, String name, int times) implements Fault {
        @Override
        public String toString() {
            return program + " ends at " + name + " #" + times;
        }
    }

    /// The server is killed, and ends where it stands when it is started again.
    record AtStart(String name, Duration after) implements Fault {
        @Override
        public String toString() {
            return "kill -9 of the server after %d ms, which ends at %s when it starts"
                    .formatted(after.toMillis(), name);
        }
    }

    /// SIGSTOP, and SIGCONT after a while.
    record Freeze(Victim victim, Duration after, Duration length) implements Fault {
        @Override
        public String toString() {
            return "stop of " + victim + " after " + after.toMillis() + " ms for " + length.toMillis() + " ms";
        }
    }

    /// The workers' connections to the server break, and none comes about for a while.
    record Cut(Duration after, Duration length) implements Fault {
        @Override
        public String toString() {
            return "workers cut off after " + after.toMillis() + " ms for " + length.toMillis() + " ms";
        }
    }

    /// Whatever goes between workers and server takes its time for a while.
    ///
    /// @param delay of each piece of at most 64 KiB, either way
    record Slow(Duration after, Duration length, Duration delay) implements Fault {
        @Override
        public String toString() {
            return "connections delayed by %d ms after %d ms for %d ms"
                    .formatted(delay.toMillis(), after.toMillis(), length.toMillis());
        }
    }

    /// The clock of a program jumps, and stays there.
    ///
    /// @param ahead of the machine's clock; negative: behind it
    record Clock(String program, Duration after, Duration ahead) implements Fault {
        @Override
        public String toString() {
            return "clock of %s jumps to %+d s after %d ms".formatted(program, ahead.toSeconds(), after.toMillis());
        }
    }

    /// Which processes.
    enum Victim {
        SERVER,
        POSTGRES,
        /// The agent that holds a shard, or one at random.
        WORKER,
        /// A Python process that trains.
        HARNESS
    }
}
