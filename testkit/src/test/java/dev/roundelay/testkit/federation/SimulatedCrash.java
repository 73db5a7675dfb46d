package dev.roundelay.testkit.federation;

/// The server process is killed at this very instant. An error, so that no code under test handles it.
final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1;

    SimulatedCrash(String where) {
        super(where);
    }
}
