package dev.roundelay.worker.sandbox;

import java.util.Locale;

/// How user code is kept apart from the machine.
public enum Isolation {
    /// In a bubblewrap sandbox: own namespaces, no network, only the named folders.
    BUBBLEWRAP,
    /// Not at all, only limits and a clean environment. An operator has to ask for it.
    NONE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
