package dev.roundelay.server.active;

/// Whether a server serves, and if not, why.
public enum Standing {
    SERVES("it serves"),
    STARTS("it is starting; try again in a second"),
    STANDS_BY("it stands by for the one that is active; ask that one"),
    CUT_OFF("its database does not answer; running jobs keep what they have, and it goes on as soon as that answers"),
    STOPS("it is stopping; ask another one, or try again when it is started");

    private final String words;

    Standing(String words) {
        this.words = words;
    }

    /// Returns what somebody is told who asks it for something.
    public String words() {
        return words;
    }
}
