package dev.roundelay.storage;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// Deletes the bytes that nothing refers to: garbage that the index knows of, and orphans that a crash between the
/// bytes
/// and their row left behind. Run it at the start of the active server and then now and then; one run at a time.
public final class BlobSweeper {
    /// How long a server lets bytes wait for their row; longer than any write takes from its last byte to its row.
    public static final Duration ORPHAN_GRACE = Duration.ofHours(24);

    private static final int BATCH = 1_000;

    private final BlobStore blobs;
    private final BucketIndex index;
    private final InstantSource clock;
    private final Duration garbageGrace;
    private final Duration orphanGrace;
    private final BooleanSupplier held;

    /// @param garbageGrace how long garbage stays readable for whoever opened it just before
    /// @param orphanGrace  how long bytes may wait for their row; longer than any write takes from
    ///     its last byte to its row
    /// @param held         whether somebody copies or checks the blobs that one moment of the index names, so that
    ///     none may be deleted; asked before each batch
    public BlobSweeper(
            BlobStore blobs,
            BucketIndex index,
            InstantSource clock,
            Duration garbageGrace,
            Duration orphanGrace,
            BooleanSupplier held) {
        this.blobs = blobs;
        this.index = index;
        this.clock = clock;
        this.garbageGrace = garbageGrace;
        this.orphanGrace = orphanGrace;
        this.held = held;
    }

    /// How many blobs and files one run removed.
    public record Swept(long garbage, long orphans, long unfinished) {}

    /// Removes garbage, orphans and unfinished files older than their grace.
    public Swept sweep() throws IOException {
        Instant now = clock.instant();
        index.forgetCompleted(now.minus(Duration.ofDays(1)));
        long garbage = removeGarbage(now.minus(garbageGrace));
        long orphans = removeOrphans(now.minus(orphanGrace));
        int unfinished = blobs.removeUnfinished(now.minus(orphanGrace));
        return new Swept(garbage, orphans, unfinished);
    }

    /// Removes what a former process left unfinished, whatever its age; call it before this process writes.
    public int removeUnfinished() throws IOException {
        return blobs.removeUnfinished(Instant.MAX);
    }

    private long removeGarbage(Instant before) throws IOException {
        long removed = 0;
        List<BlobId> batch = index.garbage(before, BATCH);
        // INVARIANT: asked after the batch was read. Who takes a hold later reads the index later still, and finds
        // none of the batch in it.
        while (!batch.isEmpty() && !held.getAsBoolean()) {
            for (BlobId blob : batch) {
                blobs.delete(blob);
            }
            index.forgetGarbage(batch);
            removed += batch.size();
            batch = index.garbage(before, BATCH);
        }
        return removed;
    }

    private long removeOrphans(Instant before) throws IOException {
        var candidates = new ArrayList<BlobId>();
        blobs.forEachWrittenBefore(before, candidates::add);
        long removed = 0;
        for (int from = 0; from < candidates.size(); from += BATCH) {
            List<BlobId> batch = candidates.subList(from, Math.min(candidates.size(), from + BATCH));
            Set<BlobId> orphans = index.unknown(batch);
            if (orphans.isEmpty()) {
                continue;
            }
            if (held.getAsBoolean()) {
                return removed;
            }
            for (BlobId orphan : orphans) {
                blobs.delete(orphan);
                removed++;
            }
        }
        return removed;
    }
}
