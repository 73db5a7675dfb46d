package dev.roundelay.server;

import dev.roundelay.federation.JobRuns;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.KernelException;
import dev.roundelay.server.active.ActivationListener;
import dev.roundelay.server.store.JdbcSnapshotSweep;
import dev.roundelay.server.store.JdbcWorkerTokens;
import dev.roundelay.server.workerapi.BodySpool;
import dev.roundelay.server.workerapi.Handover;
import dev.roundelay.storage.BlobSweeper;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.SnapshotId;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.Upload;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes what nothing refers to while this server is active: bytes without rows, snapshots of submits that died
/// half-way, uploads that nobody finishes, files that no worker fetched, updates of jobs that have ended, join tokens
/// that join nobody any more.
final class Housekeeping implements ActivationListener {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final Duration INTERVAL = Duration.ofMinutes(10);
    private static final Duration UPLOAD_LIFE = Duration.ofDays(7);
    /// Longer than an agent keeps trying.
    private static final Duration BODY_LIFE = Duration.ofHours(1);

    /// A used or expired token is still listed for so long.
    private static final Duration TOKEN_LIFE = Duration.ofDays(30);

    private static final int BATCH = 100;

    private final BlobSweeper sweeper;
    private final BucketIndex index;
    private final JdbcSnapshotSweep snapshots;
    private final BodySpool bodies;
    private final Handover handover;
    private final JobRuns runs;
    private final JdbcWorkerTokens tokens;
    private final InstantSource clock;
    private final Semaphore wake = new Semaphore(0);
    private volatile @Nullable Thread thread;

    Housekeeping(
            BlobSweeper sweeper,
            BucketIndex index,
            JdbcSnapshotSweep snapshots,
            BodySpool bodies,
            Handover handover,
            JobRuns runs,
            JdbcWorkerTokens tokens,
            InstantSource clock) {
        this.sweeper = sweeper;
        this.index = index;
        this.snapshots = snapshots;
        this.bodies = bodies;
        this.handover = handover;
        this.runs = runs;
        this.tokens = tokens;
        this.clock = clock;
    }

    @Override
    public void activated(Epoch epoch) {
        Thread fresh = Thread.ofVirtual().name("housekeeping").unstarted(this::run);
        thread = fresh;
        fresh.start();
    }

    @Override
    public void deactivated() {
        Thread former = thread;
        thread = null;
        if (former != null) {
            former.interrupt();
        }
    }

    private void run() {
        try {
            while (Thread.currentThread() == thread) {
                sweep();
                boolean _ = wake.tryAcquire(INTERVAL.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// One part of the work. A part that fails is tried again at the next turn, and keeps none of the others from
    /// its own.
    @FunctionalInterface
    private interface Chore {
        void run() throws IOException;
    }

    private void sweep() {
        Instant now = clock.instant();
        chore("snapshots", this::releaseSnapshots);
        chore("uploads", () -> abortUploads(now.minus(UPLOAD_LIFE)));
        chore("bodies", () -> bodies.sweep(now.minus(BODY_LIFE)));
        chore("hand-over", () -> handover.sweep(now.minus(BODY_LIFE)));
        chore("updates", runs::sweep);
        chore("tokens", () -> tokens.sweep(now.minus(TOKEN_LIFE)));
        chore("blobs", this::sweepBlobs);
    }

    private void chore(String what, Chore chore) {
        try {
            chore.run();
        } catch (IOException | RuntimeException e) {
            failed(what, e);
        }
    }

    private void failed(String what, Exception e) {
        if (Thread.currentThread() != thread) {
            // Stopped in the middle of it: the database has gone, and the next active server does it.
            LOG.debug("sweeping {} was cut short", what, e);
        } else if (e instanceof IOException || e instanceof StorageException || e instanceof KernelException) {
            LOG.warn("sweeping {} is tried again in {}: {}", what, INTERVAL, e.getMessage());
        } else {
            LOG.error("sweeping {} failed; it is tried again in {}", what, INTERVAL, e);
        }
    }

    private void releaseSnapshots() {
        for (SnapshotId orphan : snapshots.withoutJob()) {
            index.release(orphan);
        }
    }

    private void abortUploads(Instant before) {
        List<Upload> old;
        do {
            old = index.uploadsBefore(before, BATCH);
            for (Upload upload : old) {
                index.abort(upload.bucket(), upload.key(), upload.id());
            }
        } while (old.size() == BATCH && Thread.currentThread() == thread);
    }

    private void sweepBlobs() throws IOException {
        BlobSweeper.Swept swept = sweeper.sweep();
        if (swept.garbage() + swept.orphans() + swept.unfinished() > 0) {
            LOG.info("swept {}", swept);
        }
    }
}
