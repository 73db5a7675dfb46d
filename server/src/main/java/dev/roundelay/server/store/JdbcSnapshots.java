package dev.roundelay.server.store;

import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.storage.SnapshotId;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StorageFault;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Rows of snapshot_entry.
final class JdbcSnapshots {
    private static final String TAKE = """
            with taken as (
                insert into snapshot_entry (snapshot, key, bucket, blob, size_bytes, etag)
                select :snapshot, key, bucket, blob, size_bytes, etag from %s
                where bucket = :bucket and %s
                on conflict (snapshot, key) do nothing
                returning blob)
            update blob b set refs = b.refs + n.n
            from (select blob, count(*) as n from taken group by blob) n where b.id = n.blob""";

    private JdbcSnapshots() {}

    static List<SnapshotEntry> entries(Handle handle, SnapshotId id) {
        return handle.createQuery("select * from snapshot_entry where snapshot = ? order by key")
                .bind(0, id.value())
                .map((row, _) -> BucketRows.entry(row))
                .list();
    }

    static List<SnapshotEntry> take(Handle handle, JdbcBlobLedger ledger, SnapshotId id, Collection<String> prefixes) {
        requireNew(handle, id);
        for (String prefix : new HashSet<>(prefixes)) {
            KeyRange range = KeyRange.of(prefix);
            handle.createUpdate(TAKE.formatted("bucket_object", "key >= :start and key < :end"))
                    .bind("snapshot", id.value())
                    .bind("bucket", ledger.bucket().name().value())
                    .bind("start", range.start())
                    .bind("end", range.end())
                    .execute();
        }
        return entries(handle, id);
    }

    static List<SnapshotEntry> takeKeys(
            Handle handle, JdbcBlobLedger ledger, SnapshotId id, Collection<ObjectKey> keys) {
        requireNew(handle, id);
        BucketName bucket = ledger.bucket().name();
        for (List<ObjectKey> batch : JdbcObjects.batches(List.copyOf(new HashSet<>(keys)))) {
            handle.createUpdate(TAKE.formatted("bucket_object", "key = any(:keys)"))
                    .bind("snapshot", id.value())
                    .bind("bucket", bucket.value())
                    .bind("keys", JdbcObjects.texts(batch))
                    .execute();
        }
        List<SnapshotEntry> entries = entries(handle, id);
        var missing = new HashSet<>(keys);
        entries.forEach(entry -> missing.remove(entry.key()));
        if (!missing.isEmpty()) {
            throw StorageException.noSuchKey(
                    bucket, missing.stream().sorted().toList().getFirst());
        }
        return entries;
    }

    private static void requireNew(Handle handle, SnapshotId id) {
        if (bucketOf(handle, id).isPresent()) {
            throw new StorageException(
                    StorageFault.SNAPSHOT_EXISTS, "[snapshot %s] exists already; release it first".formatted(id));
        }
    }

    static Optional<BucketName> bucketOf(Handle handle, SnapshotId id) {
        return handle.createQuery("select bucket from snapshot_entry where snapshot = ? limit 1")
                .bind(0, id.value())
                .map((row, _) -> new BucketName(row.getString(1)))
                .findOne();
    }

    static void hold(Handle handle, JdbcBlobLedger ledger, SnapshotId id, List<NewObject> held) {
        BucketName bucket = ledger.bucket().name();
        requireNoneElsewhere(handle, id, bucket);
        for (NewObject entry : held) {
            List<BlobId> replaced = handle.createQuery("select blob from snapshot_entry where snapshot = ? and key = ?")
                    .bind(0, id.value())
                    .bind(1, entry.key().value())
                    .map((row, _) -> new BlobId(row.getString(1)))
                    .list();
            ledger.refer(entry.blob());
            handle.createUpdate("""
                            insert into snapshot_entry (snapshot, key, bucket, blob, size_bytes, etag)
                            values (:snapshot, :key, :bucket, :blob, :size, :etag)
                            on conflict (snapshot, key) do update set blob = excluded.blob,
                                size_bytes = excluded.size_bytes, etag = excluded.etag""")
                    .bind("snapshot", id.value())
                    .bind("key", entry.key().value())
                    .bind("bucket", bucket.value())
                    .bind("blob", entry.blob().id().value())
                    .bind("size", entry.blob().sizeBytes())
                    .bind("etag", entry.blob().etag().value())
                    .execute();
            ledger.drop(replaced);
        }
    }

    static void share(Handle handle, BucketName bucket, SnapshotId from, SnapshotId to) {
        requireNoneElsewhere(handle, from, bucket);
        requireNoneElsewhere(handle, to, bucket);
        handle.createUpdate(TAKE.formatted("snapshot_entry", "snapshot = :from"))
                .bind("snapshot", to.value())
                .bind("bucket", bucket.value())
                .bind("from", from.value())
                .execute();
    }

    private static void requireNoneElsewhere(Handle handle, SnapshotId id, BucketName bucket) {
        if (bucketOf(handle, id).filter(other -> !other.equals(bucket)).isPresent()) {
            throw new StorageException(
                    StorageFault.SNAPSHOT_EXISTS, "[snapshot %s] belongs to another bucket".formatted(id));
        }
    }

    static void release(Handle handle, JdbcBlobLedger ledger, SnapshotId id) {
        ledger.drop(handle.createQuery("delete from snapshot_entry where snapshot = ? returning blob")
                .bind(0, id.value())
                .map((row, _) -> new BlobId(row.getString(1)))
                .list());
    }

    static void release(Handle handle, JdbcBlobLedger ledger, SnapshotId id, Collection<ObjectKey> names) {
        ledger.drop(handle.createQuery(
                        "delete from snapshot_entry where snapshot = :snapshot and key = any(:keys) returning blob")
                .bind("snapshot", id.value())
                .bind("keys", JdbcObjects.texts(names))
                .map((row, _) -> new BlobId(row.getString(1)))
                .list());
    }
}
