package dev.roundelay.server.store;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.Deleted;
import dev.roundelay.storage.FolderUsage;
import dev.roundelay.storage.ListQuery;
import dev.roundelay.storage.Listing;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.Part;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.Publication;
import dev.roundelay.storage.ReservationId;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.storage.SnapshotId;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StorageFault;
import dev.roundelay.storage.StoredObject;
import dev.roundelay.storage.Upload;
import dev.roundelay.storage.UploadId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/// The bucket index in PostgreSQL. Every change locks the bucket's row, so changes of one bucket take turns and those
/// of different buckets do not meet. The changes that other stores need inside their own transactions are in
/// [JdbcBuckets].
public final class JdbcBucketIndex implements BucketIndex {
    private final Jdbi jdbi;
    private final JdbcBuckets buckets;
    private final InstantSource clock;
    private final RandomGenerator random;

    public JdbcBucketIndex(Jdbi jdbi, InstantSource clock, RandomGenerator random) {
        this.jdbi = jdbi;
        this.buckets = new JdbcBuckets(clock);
        this.clock = clock;
        this.random = random;
    }

    /// Returns the changes that take a handle: a store runs them last in its own transaction.
    public JdbcBuckets within() {
        return buckets;
    }

    private <T> T read(Function<Handle, T> query) {
        return jdbi.withHandle(query::apply);
    }

    private <T> T transact(Function<Handle, T> change) {
        return jdbi.inTransaction(TransactionIsolationLevel.READ_COMMITTED, change::apply);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    @Override
    public Bucket createBucket(OwnerId owner, BucketName name, long quotaBytes) {
        var bucket = new Bucket(name, owner, quotaBytes, 0, 0, now());
        int created =
                transact(handle -> handle.execute("""
                insert into bucket (name, owner_id, quota_bytes, created_at) values (?, ?, ?, ?) on conflict do nothing""", name.value(), owner.value(), quotaBytes, bucket.createdAt()));
        if (created == 0) {
            throw new StorageException(
                    StorageFault.BUCKET_EXISTS,
                    "[bucket %s] the name is taken or %s has a bucket".formatted(name, owner));
        }
        return bucket;
    }

    @Override
    public Optional<Bucket> findBucket(BucketName name) {
        return read(handle -> handle.createQuery("select * from bucket where name = ?")
                .bind(0, name.value())
                .map((row, _) -> BucketRows.bucket(row))
                .findOne());
    }

    @Override
    public Optional<Bucket> findBucketOf(OwnerId owner) {
        return read(handle -> handle.createQuery("select * from bucket where owner_id = ?")
                .bind(0, owner.value())
                .map((row, _) -> BucketRows.bucket(row))
                .findOne());
    }

    @Override
    public void changeQuota(BucketName bucket, long quotaBytes) {
        int changed = transact(handle ->
                handle.execute("update bucket set quota_bytes = ? where name = ?", quotaBytes, bucket.value()));
        if (changed == 0) {
            throw StorageException.noSuchBucket(bucket);
        }
    }

    @Override
    public List<FolderUsage> usage(BucketName bucket) {
        bucket(bucket);
        return read(handle -> handle.createQuery("""
                        select left(key, strpos(key, '/')) as folder, count(*) as objects, sum(size_bytes)::bigint as bytes
                        from bucket_object where bucket = ? group by 1 order by 1""")
                .bind(0, bucket.value())
                .map((row, _) -> new FolderUsage(row.getString("folder"), row.getLong("objects"), row.getLong("bytes")))
                .list());
    }

    @Override
    public FolderUsage usage(BucketName bucket, String prefix) {
        bucket(bucket);
        KeyRange range = KeyRange.of(prefix);
        return read(handle -> handle.createQuery("""
                        select count(*), coalesce(sum(size_bytes), 0)::bigint
                        from bucket_object where bucket = :bucket and key >= :start and key < :end""")
                .bind("bucket", bucket.value())
                .bind("start", range.start())
                .bind("end", range.end())
                .map((row, _) -> new FolderUsage(prefix, row.getLong(1), row.getLong(2)))
                .one());
    }

    @Override
    public StoredObject put(BucketName bucket, NewObject object, Precondition precondition) {
        return transact(handle -> buckets.put(handle, bucket, object, precondition));
    }

    @Override
    public Optional<StoredObject> find(BucketName bucket, ObjectKey key) {
        Optional<StoredObject> found = read(handle -> JdbcObjects.find(handle, bucket, key));
        if (found.isEmpty()) {
            bucket(bucket);
        }
        return found;
    }

    @Override
    public StoredObject copy(BucketName bucket, ObjectKey from, ObjectKey to, Precondition onSource) {
        return transact(handle -> buckets.copy(handle, bucket, from, to, onSource, StoredObject::attributes));
    }

    @Override
    public StoredObject copy(
            BucketName bucket, ObjectKey from, ObjectKey to, Precondition onSource, ObjectAttributes attributes) {
        return transact(handle -> buckets.copy(handle, bucket, from, to, onSource, _ -> attributes));
    }

    @Override
    public Deleted delete(BucketName bucket, Collection<ObjectKey> keys) {
        return transact(handle -> buckets.delete(handle, bucket, keys));
    }

    @Override
    public Deleted delete(BucketName bucket, ObjectKey key, Precondition precondition) {
        return transact(handle -> buckets.delete(handle, bucket, key, precondition));
    }

    @Override
    public Deleted deletePrefix(BucketName bucket, String prefix) {
        return transact(handle -> buckets.deletePrefix(handle, bucket, prefix));
    }

    @Override
    public Listing list(BucketName bucket, ListQuery query) {
        Listing listing = read(handle -> new JdbcListing(query).list(handle, bucket));
        if (listing.objects().isEmpty() && listing.commonPrefixes().isEmpty()) {
            bucket(bucket);
        }
        return listing;
    }

    @Override
    public List<StoredObject> publish(BucketName bucket, List<NewObject> objects) {
        return transact(handle -> buckets.publish(handle, bucket, objects));
    }

    @Override
    public Publication publishFitting(BucketName bucket, List<NewObject> objects) {
        return transact(handle -> buckets.publishFitting(handle, bucket, objects));
    }

    @Override
    public long movePrefix(BucketName bucket, String from, String to) {
        return transact(handle -> buckets.movePrefix(handle, bucket, from, to));
    }

    @Override
    public Upload createUpload(BucketName bucket, ObjectKey key, ObjectAttributes attributes) {
        bucket(bucket);
        return transact(handle -> JdbcUploads.create(handle, UploadId.random(random), bucket, key, attributes, now()));
    }

    @Override
    public List<Upload> uploads(BucketName bucket) {
        bucket(bucket);
        return read(handle -> JdbcUploads.open(handle, bucket));
    }

    @Override
    public List<Upload> uploadsBefore(Instant instant, int limit) {
        return read(handle -> JdbcUploads.before(handle, instant, limit));
    }

    @Override
    public Upload upload(BucketName bucket, ObjectKey key, UploadId upload) {
        return read(handle -> JdbcUploads.require(handle, bucket, key, upload));
    }

    @Override
    public Part putPart(BucketName bucket, ObjectKey key, UploadId upload, int number, Blob blob) {
        return transact(handle -> buckets.change(
                handle, bucket, ledger -> JdbcUploads.putPart(handle, ledger, key, upload, number, blob)));
    }

    @Override
    public List<Part> parts(BucketName bucket, ObjectKey key, UploadId upload) {
        return read(handle -> JdbcUploads.parts(handle, bucket, key, upload));
    }

    @Override
    public StoredObject complete(
            BucketName bucket,
            ObjectKey key,
            UploadId upload,
            List<Part> chosen,
            Blob whole,
            Precondition precondition) {
        return transact(handle -> buckets.change(
                handle,
                bucket,
                ledger -> JdbcUploads.complete(handle, ledger, key, upload, chosen, whole, precondition)));
    }

    @Override
    public void abort(BucketName bucket, ObjectKey key, UploadId upload) {
        jdbi.useTransaction(
                handle -> buckets.run(handle, bucket, ledger -> JdbcUploads.abort(handle, ledger, key, upload)));
    }

    @Override
    public List<SnapshotEntry> snapshot(SnapshotId snapshot, BucketName bucket, Collection<String> prefixes) {
        return transact(handle -> buckets.snapshot(handle, snapshot, bucket, prefixes));
    }

    @Override
    public List<SnapshotEntry> snapshotKeys(SnapshotId snapshot, BucketName bucket, Collection<ObjectKey> keys) {
        return transact(handle -> buckets.snapshotKeys(handle, snapshot, bucket, keys));
    }

    @Override
    public void hold(SnapshotId snapshot, BucketName bucket, List<NewObject> entries) {
        jdbi.useTransaction(handle -> buckets.hold(handle, snapshot, bucket, entries));
    }

    @Override
    public void share(SnapshotId from, SnapshotId to, BucketName bucket) {
        jdbi.useTransaction(handle -> buckets.share(handle, from, to, bucket));
    }

    @Override
    public List<SnapshotEntry> entries(SnapshotId snapshot) {
        return read(handle -> JdbcSnapshots.entries(handle, snapshot));
    }

    @Override
    public void release(SnapshotId snapshot) {
        jdbi.useTransaction(handle -> buckets.release(handle, snapshot));
    }

    @Override
    public void release(SnapshotId snapshot, Collection<ObjectKey> names) {
        jdbi.useTransaction(handle -> buckets.release(handle, snapshot, names));
    }

    @Override
    public void reserve(ReservationId reservation, BucketName bucket, long bytes) {
        jdbi.useTransaction(handle -> buckets.reserve(handle, reservation, bucket, bytes));
    }

    @Override
    public void unreserve(ReservationId reservation) {
        jdbi.useTransaction(handle -> buckets.unreserve(handle, reservation));
    }

    @Override
    public List<BlobId> garbage(Instant before, int limit) {
        return read(handle -> handle.createQuery("select blob from garbage where since < ? order by since limit ?")
                .bind(0, before)
                .bind(1, limit)
                .map((row, _) -> new BlobId(row.getString(1)))
                .list());
    }

    @Override
    public void forgetGarbage(Collection<BlobId> blobs) {
        jdbi.useTransaction(handle -> handle.createUpdate("delete from garbage where blob = any(:ids)")
                .bind("ids", JdbcBlobLedger.texts(blobs))
                .execute());
    }

    @Override
    public Set<BlobId> unknown(Collection<BlobId> blobs) {
        return new HashSet<>(read(handle -> handle.createQuery("""
                        select id from unnest(:ids) as ids (id)
                        where not exists (select from blob b where b.id = ids.id)
                            and not exists (select from garbage g where g.blob = ids.id)""")
                .bind("ids", JdbcBlobLedger.texts(blobs))
                .map((row, _) -> new BlobId(row.getString(1)))
                .list()));
    }

    @Override
    public void forgetCompleted(Instant before) {
        jdbi.useTransaction(handle -> handle.execute("delete from upload where completed_at < ?", before));
    }
}
