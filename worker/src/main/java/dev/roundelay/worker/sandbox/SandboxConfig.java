package dev.roundelay.worker.sandbox;

import java.nio.file.Path;

/// How sandboxes are made on this machine.
///
/// @param isolation  bubblewrap, or none at all
/// @param bubblewrap the `bwrap` program
/// @param firstUid   host uid of slot 0, where the agent is root; the builder has the uid before it
/// @param scratch    folder of the agent (0700) for small files of the sandboxes themselves
/// @param cgroups    whether memory control groups are used where the machine allows them
public record SandboxConfig(Isolation isolation, Path bubblewrap, int firstUid, Path scratch, boolean cgroups) {
    /// The default of `firstUid`.
    public static final int FIRST_UID = 61_000;

    public SandboxConfig {
        if (firstUid < 1_001) {
            throw new IllegalArgumentException("[--sandbox-uid] " + firstUid + " is too low; choose an unused range");
        }
    }

    /// Returns the configuration with bubblewrap at its usual place.
    public static SandboxConfig bubblewrap(Path scratch) {
        return new SandboxConfig(Isolation.BUBBLEWRAP, Path.of("/usr/bin/bwrap"), FIRST_UID, scratch, true);
    }

    /// Returns the configuration without isolation.
    public static SandboxConfig none(Path scratch) {
        return new SandboxConfig(Isolation.NONE, Path.of("/usr/bin/bwrap"), FIRST_UID, scratch, true);
    }
}
