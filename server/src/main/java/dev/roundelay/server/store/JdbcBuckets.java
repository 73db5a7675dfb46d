package dev.roundelay.server.store;

import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.Deleted;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.Publication;
import dev.roundelay.storage.ReservationId;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.storage.SnapshotId;
import dev.roundelay.storage.StoredObject;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// Changes of buckets inside a transaction of the caller: submit snapshots, a round's commit publishes, a job's end
/// moves, publishes and releases, each together with its own rows. Each method means what its namesake in
/// [dev.roundelay.storage.BucketIndex] says, and after an exception the transaction must be rolled back. The bucket's
/// row stays locked until the transaction ends, so call these last.
public final class JdbcBuckets {
    private final InstantSource clock;

    public JdbcBuckets(InstantSource clock) {
        this.clock = clock;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    <T> T change(Handle handle, BucketName bucket, Function<JdbcBlobLedger, T> change) {
        JdbcBlobLedger ledger = JdbcBlobLedger.lock(handle, bucket, now());
        T result = change.apply(ledger);
        ledger.settle();
        return result;
    }

    void run(Handle handle, BucketName bucket, Consumer<JdbcBlobLedger> change) {
        JdbcBlobLedger ledger = JdbcBlobLedger.lock(handle, bucket, now());
        change.accept(ledger);
        ledger.settle();
    }

    public StoredObject put(Handle handle, BucketName bucket, NewObject object, Precondition precondition) {
        return change(handle, bucket, ledger -> new JdbcObjects(handle, ledger).put(object, precondition));
    }

    StoredObject copy(
            Handle handle,
            BucketName bucket,
            ObjectKey from,
            ObjectKey to,
            Precondition onSource,
            Function<StoredObject, ObjectAttributes> attributes) {
        return change(handle, bucket, ledger -> new JdbcObjects(handle, ledger).copy(from, to, onSource, attributes));
    }

    public Deleted delete(Handle handle, BucketName bucket, Collection<ObjectKey> keys) {
        return change(handle, bucket, ledger -> new JdbcObjects(handle, ledger).delete(keys));
    }

    Deleted delete(Handle handle, BucketName bucket, ObjectKey key, Precondition precondition) {
        return change(handle, bucket, ledger -> {
            precondition.check(
                    bucket, key, JdbcObjects.find(handle, bucket, key).orElse(null));
            return new JdbcObjects(handle, ledger).delete(List.of(key));
        });
    }

    public Deleted deletePrefix(Handle handle, BucketName bucket, String prefix) {
        return change(handle, bucket, ledger -> new JdbcObjects(handle, ledger).deletePrefix(prefix));
    }

    public List<StoredObject> publish(Handle handle, BucketName bucket, List<NewObject> objects) {
        return change(handle, bucket, ledger -> new JdbcObjects(handle, ledger).place(objects));
    }

    public Publication publishFitting(Handle handle, BucketName bucket, List<NewObject> objects) {
        return change(handle, bucket, ledger -> new JdbcObjects(handle, ledger).placeFitting(objects));
    }

    public long movePrefix(Handle handle, BucketName bucket, String from, String to) {
        return change(handle, bucket, ledger -> new JdbcObjects(handle, ledger).movePrefix(from, to));
    }

    public List<SnapshotEntry> snapshot(
            Handle handle, SnapshotId snapshot, BucketName bucket, Collection<String> prefixes) {
        return change(handle, bucket, ledger -> JdbcSnapshots.take(handle, ledger, snapshot, prefixes));
    }

    public List<SnapshotEntry> snapshotKeys(
            Handle handle, SnapshotId snapshot, BucketName bucket, Collection<ObjectKey> keys) {
        return change(handle, bucket, ledger -> JdbcSnapshots.takeKeys(handle, ledger, snapshot, keys));
    }

    public void hold(Handle handle, SnapshotId snapshot, BucketName bucket, List<NewObject> entries) {
        run(handle, bucket, ledger -> JdbcSnapshots.hold(handle, ledger, snapshot, entries));
    }

    /// Releases some names of a snapshot and holds others, settling once: what is given back may be used again.
    void exchange(
            Handle handle,
            SnapshotId snapshot,
            BucketName bucket,
            Collection<ObjectKey> released,
            List<NewObject> entries) {
        run(handle, bucket, ledger -> {
            if (!released.isEmpty()) {
                JdbcSnapshots.release(handle, ledger, snapshot, released);
            }
            JdbcSnapshots.hold(handle, ledger, snapshot, entries);
        });
    }

    public void share(Handle handle, SnapshotId from, SnapshotId to, BucketName bucket) {
        run(handle, bucket, _ -> JdbcSnapshots.share(handle, bucket, from, to));
    }

    public void release(Handle handle, SnapshotId snapshot) {
        JdbcSnapshots.bucketOf(handle, snapshot)
                .ifPresent(bucket -> run(handle, bucket, ledger -> JdbcSnapshots.release(handle, ledger, snapshot)));
    }

    public void release(Handle handle, SnapshotId snapshot, Collection<ObjectKey> names) {
        JdbcSnapshots.bucketOf(handle, snapshot)
                .ifPresent(bucket ->
                        run(handle, bucket, ledger -> JdbcSnapshots.release(handle, ledger, snapshot, names)));
    }

    public void reserve(Handle handle, ReservationId reservation, BucketName bucket, long bytes) {
        unreserve(handle, reservation);
        run(handle, bucket, ledger -> {
            handle.execute(
                    "insert into reservation (id, bucket, bytes) values (?, ?, ?)",
                    reservation.value(),
                    bucket.value(),
                    bytes);
            ledger.reserve(bytes);
        });
    }

    public void unreserve(Handle handle, ReservationId reservation) {
        handle.createQuery("select bucket from reservation where id = ?")
                .bind(0, reservation.value())
                .map((row, _) -> new BucketName(row.getString(1)))
                .findOne()
                .ifPresent(bucket -> run(handle, bucket, ledger -> ledger.reserve(-giveBack(handle, reservation))));
    }

    private static long giveBack(Handle handle, ReservationId reservation) {
        return handle.createQuery("delete from reservation where id = ? returning bytes")
                .bind(0, reservation.value())
                .mapTo(Long.class)
                .findOne()
                .orElse(0L);
    }
}
