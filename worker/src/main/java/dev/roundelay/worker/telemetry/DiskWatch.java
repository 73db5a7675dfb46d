package dev.roundelay.worker.telemetry;

import dev.roundelay.worker.config.WorkerConfig.DiskReserve;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at the disk of the data folder: a shard that is taken on a full one would fail where another worker could have
/// trained it. For one thread at a time.
public final class DiskWatch {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);
    private static final int LARGEST_PART = 20;

    private final Path folder;
    private final DiskReserve reserve;
    private final Runnable onChange;
    private @Nullable Boolean wasLow;

    /// @param onChange called when it becomes low, and when it is so no more
    public DiskWatch(Path folder, DiskReserve reserve, Runnable onChange) {
        this.folder = folder;
        this.reserve = reserve;
        this.onChange = onChange;
    }

    /// What was found.
    ///
    /// @param freeMb  MiB
    /// @param trouble why no new shard is taken; null where there is room
    public record Look(long freeMb, @Nullable String trouble) {}

    /// Looks now.
    public Look look() {
        try {
            FileStore store = Files.getFileStore(folder);
            long free = store.getUsableSpace() >> 20;
            long kept = Math.min(reserve.megabytes(), (store.getTotalSpace() >> 20) / LARGEST_PART);
            String trouble = free >= kept
                    ? null
                    : ("[disk] %d MB are free at %s and %d MB are kept for what runs already, so no new shard is taken;"
                                    + " free some, or lower --disk-reserve-mb")
                            .formatted(free, folder, kept);
            tell(trouble);
            return new Look(free, trouble);
        } catch (IOException e) {
            throw new UncheckedIOException("[" + folder + "] free space cannot be read", e);
        }
    }

    private void tell(@Nullable String trouble) {
        boolean isLow = trouble != null;
        Boolean before = wasLow;
        wasLow = isLow;
        if (before == null ? !isLow : before == isLow) {
            return;
        }
        if (isLow) {
            LOG.warn("{}", trouble);
        } else {
            LOG.info("[disk] there is room for new shards again");
        }
        onChange.run();
    }
}
