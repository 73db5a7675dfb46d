package dev.roundelay.server.backup;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// Says when the next backup of a folder is due, also to a program that was started again.
public final class BackupSchedule {
    /// After one that failed, rather than at its next turn.
    private static final Duration RETRY = Duration.ofMinutes(10);

    private final Path folder;
    private final Duration every;
    private final InstantSource clock;

    public BackupSchedule(Path folder, Duration every, InstantSource clock) {
        this.folder = folder;
        this.every = every;
        this.clock = clock;
    }

    /// Returns how long it is until then; zero if it is due.
    public Duration untilNext() throws IOException {
        List<Backup> whole = BackupFolder.list(folder);
        if (whole.isEmpty()) {
            return Duration.ZERO;
        }
        Instant now = clock.instant();
        Instant due = whole.getLast().manifest().takenAt().plus(every);
        // A clock that was set back must not put it off for longer than one turn.
        Instant latest = now.plus(every);
        return due.isBefore(now) ? Duration.ZERO : Duration.between(now, due.isBefore(latest) ? due : latest);
    }

    /// Returns how long to wait after one that failed.
    public Duration afterFailure() {
        return every.compareTo(RETRY) < 0 ? every : RETRY;
    }
}
