package dev.roundelay.server;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.server.active.ActivationListener;
import dev.roundelay.server.store.JdbcSnapshotSweep;
import dev.roundelay.server.store.JdbcWorkerTokens;
import dev.roundelay.server.workerapi.BodySpool;
import dev.roundelay.storage.BlobSweeper;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.SnapshotId;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.Upload;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes what nothing refers to while this server is active: bytes without rows, snapshots of submits that died
/// half-way, uploads that nobody finishes, join tokens that join nobody any more.
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
    private final JdbcWorkerTokens tokens;
    private final InstantSource clock;
    private final Semaphore wake = new Semaphore(0);
    private volatile @Nullable Thread thread;

    Housekeeping(
            BlobSweeper sweeper,
            BucketIndex index,
            JdbcSnapshotSweep snapshots,
            BodySpool bodies,
            JdbcWorkerTokens tokens,
            InstantSource clock) {
        this.sweeper = sweeper;
        this.index = index;
        this.snapshots = snapshots;
        this.bodies = bodies;
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

    private void sweep() {
        try {
            for (SnapshotId orphan : snapshots.withoutJob()) {
                index.release(orphan);
            }
            for (Upload upload : index.uploadsBefore(clock.instant().minus(UPLOAD_LIFE), BATCH)) {
                index.abort(upload.bucket(), upload.key(), upload.id());
            }
            bodies.sweep(clock.instant().minus(BODY_LIFE));
            tokens.sweep(clock.instant().minus(TOKEN_LIFE));
            BlobSweeper.Swept swept = sweeper.sweep();
            if (swept.garbage() + swept.orphans() + swept.unfinished() > 0) {
                LOG.info("swept {}", swept);
            }
        } catch (IOException | StorageException e) {
            LOG.warn("sweeping is tried again in {}: {}", INTERVAL, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("sweeping failed; it is tried again in {}", INTERVAL, e);
        }
    }
}
