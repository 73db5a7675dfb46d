package dev.roundelay.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/// Keeps a reserve of the disk for what runs already: new work and new bytes of users are refused as soon as they would
/// touch it, while rounds, outputs and the database may use it up. Thread-safe.
public final class DiskGuard {
    private final FreeSpace free;
    private final long reserveBytes;
    private final Watcher watcher;
    private final AtomicBoolean low = new AtomicBoolean();

    /// Asks how many bytes are free.
    @FunctionalInterface
    public interface FreeSpace {
        long bytes() throws IOException;
    }

    /// Told when the disk gets too full, and when it has room again.
    @FunctionalInterface
    public interface Watcher {
        void changed(boolean isLow, long freeBytes, long reserveBytes);
    }

    /// @param reserveBytes for what runs already, at least 0
    public DiskGuard(FreeSpace free, long reserveBytes, Watcher watcher) {
        this.free = free;
        this.reserveBytes = reserveBytes;
        this.watcher = watcher;
    }

    /// Returns a guard of the disk that holds a folder.
    public static DiskGuard of(Path folder, long reserveBytes, Watcher watcher) {
        return new DiskGuard(() -> Files.getFileStore(folder).getUsableSpace(), reserveBytes, watcher);
    }

    /// Returns what is kept for what runs already.
    public long reserveBytes() {
        return reserveBytes;
    }

    /// Looks at the disk, and tells the watcher of a change.
    ///
    /// @return whether less than the reserve is free
    public boolean isLow() {
        try {
            long bytes = free.bytes();
            return noted(bytes < reserveBytes, bytes);
        } catch (IOException _) {
            return low.get();
        }
    }

    private boolean noted(boolean now, long bytes) {
        if (low.getAndSet(now) != now) {
            watcher.changed(now, bytes, reserveBytes);
        }
        return now;
    }

    /// Refuses what would touch the reserve.
    ///
    /// @param wantedBytes 0 where it is not known
    /// @throws StorageException [StorageFault#DISK_FULL] with what is free and what is needed
    public void requireRoom(long wantedBytes) {
        long bytes;
        try {
            bytes = free.bytes();
        } catch (IOException _) {
            // The write itself will tell.
            return;
        }
        boolean isLow = noted(bytes < reserveBytes, bytes);
        if (isLow || bytes - reserveBytes < wantedBytes) {
            throw new StorageException(
                    StorageFault.DISK_FULL,
                    "[disk] the server has %d MB free and keeps %d MB for running jobs, so the %d MB of this do not fit; free disk on the server's machine, or ask its operator to"
                            .formatted(
                                    megabytes(bytes), megabytes(reserveBytes), megabytes(wantedBytes + (1 << 20) - 1)));
        }
    }

    /// Returns whether a failure means that the disk had no room.
    public static boolean isExhausted(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (cause instanceof StorageException fault && fault.fault() == StorageFault.DISK_FULL) {
                return true;
            }
            if (cause instanceof IOException
                    && message != null
                    && (message.contains("No space left on device") || message.contains("quota exceeded"))) {
                return true;
            }
        }
        return false;
    }

    private static long megabytes(long bytes) {
        return bytes >> 20;
    }
}
