package dev.roundelay.worker.sandbox;

import java.nio.file.Path;

/// A file or folder of the host that a sandboxed process sees.
///
/// @param source     absolute path on the host; must exist
/// @param target     absolute path inside the sandbox
/// @param writable   whether the process may write there; the slot's uid must then own `source`
/// @param limitBytes most bytes below a writable mount; 0 for a read-only one
public record Mount(Path source, String target, boolean writable, long limitBytes) {
    public Mount {
        if (!source.isAbsolute() || !target.startsWith("/")) {
            throw new IllegalArgumentException("[mount " + target + "] paths must be absolute: " + source);
        }
    }

    /// Returns a read-only mount.
    public static Mount readOnly(Path source, String target) {
        return new Mount(source, target, false, 0);
    }

    /// Returns a read-only mount at the same path as on the host.
    public static Mount readOnly(Path source) {
        return new Mount(source, source.toString(), false, 0);
    }

    /// Returns a writable mount that may hold so many bytes.
    public static Mount writable(Path source, String target, long limitBytes) {
        return new Mount(source, target, true, limitBytes);
    }
}
