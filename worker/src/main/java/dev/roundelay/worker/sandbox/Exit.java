package dev.roundelay.worker.sandbox;

/// How a sandboxed program ended. Every variant means that all of its processes are gone.
public sealed interface Exit {
    /// It ended by itself with that code.
    record Exited(int code) implements Exit {}

    /// A signal that neither the agent nor a limit sent ended it.
    record Signalled(int signal) implements Exit {}

    /// A limit ended it.
    ///
    /// @param used    as measured, in bytes or a count
    /// @param allowed the limit, in the same unit
    /// @param place   the writable mount where it was exceeded, as it is called inside; empty if it is none's
    record LimitExceeded(Limit limit, long used, long allowed, String place) implements Exit {
        LimitExceeded(Limit limit, long used, long allowed) {
            this(limit, used, allowed, "");
        }
    }

    /// The agent stopped it.
    record Stopped() implements Exit {}
}
