package dev.roundelay.storage.memory;

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
import dev.roundelay.storage.memory.MemoryTables.Reservation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Keeps the index on the heap, one transaction at a time. Thread-safe.
public final class MemoryBucketIndex implements BucketIndex {
    private final MemoryTables tables = new MemoryTables();
    private final MemoryUploads uploads;
    private final MemorySnapshots snapshots;
    private final InstantSource clock;

    public MemoryBucketIndex(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.uploads = new MemoryUploads(tables, random);
        this.snapshots = new MemorySnapshots(tables);
    }

    /// Runs one transaction: all of it, within every quota, or nothing.
    private synchronized <T> T transact(Supplier<T> change) {
        tables.undo = new UndoLog();
        Map<BucketName, Bucket> before = Map.copyOf(tables.buckets);
        try {
            T result = change.get();
            tables.buckets.forEach((name, bucket) -> bucket.requireWithinQuota(before.getOrDefault(name, bucket)));
            return result;
        } catch (RuntimeException refused) {
            tables.undo.rollBack();
            throw refused;
        }
    }

    private void run(Runnable change) {
        var _ = transact(() -> {
            change.run();
            return Boolean.TRUE;
        });
    }

    private Instant now() {
        return clock.instant();
    }

    @Override
    public Bucket createBucket(OwnerId owner, BucketName name, long quotaBytes) {
        return transact(() -> {
            if (tables.buckets.containsKey(name) || findBucketOf(owner).isPresent()) {
                throw new StorageException(
                        StorageFault.BUCKET_EXISTS,
                        "[bucket %s] the name is taken or %s has a bucket".formatted(name, owner));
            }
            var bucket = new Bucket(name, owner, quotaBytes, 0, 0, now());
            tables.undo.put(tables.buckets, name, bucket);
            return bucket;
        });
    }

    @Override
    public synchronized Optional<Bucket> findBucket(BucketName name) {
        return Optional.ofNullable(tables.buckets.get(name));
    }

    @Override
    public synchronized Optional<Bucket> findBucketOf(OwnerId owner) {
        return tables.buckets.values().stream()
                .filter(bucket -> bucket.owner().equals(owner))
                .findFirst();
    }

    @Override
    public void changeQuota(BucketName bucket, long quotaBytes) {
        run(() -> tables.undo.put(tables.buckets, bucket, tables.bucket(bucket).withQuotaBytes(quotaBytes)));
    }

    @Override
    public synchronized List<FolderUsage> usage(BucketName bucket) {
        var folders = new TreeMap<String, FolderUsage>(ObjectKey::compareBytes);
        for (StoredObject object : tables.objects(bucket).values()) {
            String key = object.key().value();
            String folder = key.substring(0, key.indexOf('/') + 1);
            folders.merge(
                    folder,
                    new FolderUsage(folder, 1, object.sizeBytes()),
                    (a, b) -> new FolderUsage(folder, a.objects() + b.objects(), a.bytes() + b.bytes()));
        }
        return List.copyOf(folders.values());
    }

    @Override
    public StoredObject put(BucketName bucket, NewObject object, Precondition precondition) {
        return transact(() -> {
            precondition.check(bucket, object.key(), tables.objects(bucket).get(object.key()));
            return tables.place(bucket, object, now());
        });
    }

    @Override
    public synchronized Optional<StoredObject> find(BucketName bucket, ObjectKey key) {
        return Optional.ofNullable(tables.objects(bucket).get(key));
    }

    @Override
    public StoredObject copy(BucketName bucket, ObjectKey from, ObjectKey to, Precondition onSource) {
        return transact(() -> copyRow(bucket, from, to, onSource, Optional.empty()));
    }

    @Override
    public StoredObject copy(
            BucketName bucket, ObjectKey from, ObjectKey to, Precondition onSource, ObjectAttributes attributes) {
        return transact(() -> copyRow(bucket, from, to, onSource, Optional.of(attributes)));
    }

    @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
    private StoredObject copyRow(
            BucketName bucket,
            ObjectKey from,
            ObjectKey to,
            Precondition onSource,
            Optional<ObjectAttributes> attributes) {
        StoredObject source = object(bucket, from);
        onSource.check(bucket, from, source);
        tables.refer(source.blob());
        var copy = new StoredObject(
                to, source.blob(), source.sizeBytes(), source.etag(), attributes.orElse(source.attributes()), now());
        tables.replace(bucket, copy, now());
        return copy;
    }

    @Override
    public Deleted delete(BucketName bucket, Collection<ObjectKey> keys) {
        return transact(() -> deleteAll(
                bucket,
                new HashSet<>(keys)
                        .stream().flatMap(key -> find(bucket, key).stream()).toList()));
    }

    @Override
    public Deleted delete(BucketName bucket, ObjectKey key, Precondition precondition) {
        return transact(() -> {
            precondition.check(bucket, key, tables.objects(bucket).get(key));
            return deleteAll(bucket, find(bucket, key).stream().toList());
        });
    }

    @Override
    public Deleted deletePrefix(BucketName bucket, String prefix) {
        return transact(() -> deleteAll(bucket, under(bucket, prefix)));
    }

    private Deleted deleteAll(BucketName bucket, List<StoredObject> objects) {
        objects.forEach(object -> tables.removeObject(bucket, object, now()));
        return new Deleted(
                objects.size(),
                objects.stream().mapToLong(StoredObject::sizeBytes).sum());
    }

    private List<StoredObject> under(BucketName bucket, String prefix) {
        return tables.objects(bucket).values().stream()
                .filter(object -> object.key().value().startsWith(prefix))
                .toList();
    }

    @Override
    public synchronized Listing list(BucketName bucket, ListQuery query) {
        return new MemoryListing(query).list(tables.objects(bucket));
    }

    @Override
    public List<StoredObject> publish(BucketName bucket, List<NewObject> objects) {
        return transact(() -> {
            tables.bucket(bucket);
            return objects.stream()
                    .map(object -> tables.place(bucket, object, now()))
                    .toList();
        });
    }

    @Override
    public Publication publishFitting(BucketName bucket, List<NewObject> objects) {
        return transact(() -> {
            var published = new ArrayList<StoredObject>();
            var leftOut = new ArrayList<NewObject>();
            long free = tables.bucket(bucket).freeBytes();
            for (NewObject object : objects) {
                if (object.blob().sizeBytes() <= free) {
                    free -= object.blob().sizeBytes();
                    published.add(tables.place(bucket, object, now()));
                } else {
                    leftOut.add(object);
                }
            }
            return new Publication(published, leftOut);
        });
    }

    @Override
    public long movePrefix(BucketName bucket, String from, String to) {
        return transact(() -> {
            List<StoredObject> moved = under(bucket, from);
            for (StoredObject object : moved) {
                tables.undo.remove(tables.objects(bucket), object.key());
            }
            for (StoredObject object : moved) {
                var target = new ObjectKey(to + object.key().value().substring(from.length()));
                tables.replace(
                        bucket,
                        new StoredObject(
                                target,
                                object.blob(),
                                object.sizeBytes(),
                                object.etag(),
                                object.attributes(),
                                object.modifiedAt()),
                        now());
            }
            return (long) moved.size();
        });
    }

    @Override
    public Upload createUpload(BucketName bucket, ObjectKey key, ObjectAttributes attributes) {
        return transact(() -> uploads.create(bucket, key, attributes, now()));
    }

    @Override
    public synchronized List<Upload> uploads(BucketName bucket) {
        return uploads.open(bucket);
    }

    @Override
    public synchronized List<Upload> uploadsBefore(Instant instant, int limit) {
        return uploads.before(instant, limit);
    }

    @Override
    public synchronized Upload upload(BucketName bucket, ObjectKey key, UploadId upload) {
        return uploads.require(bucket, key, upload).upload();
    }

    @Override
    public Part putPart(BucketName bucket, ObjectKey key, UploadId upload, int number, Blob blob) {
        return transact(() -> uploads.putPart(bucket, key, upload, number, blob, now()));
    }

    @Override
    public synchronized List<Part> parts(BucketName bucket, ObjectKey key, UploadId upload) {
        return uploads.parts(bucket, key, upload);
    }

    @Override
    public StoredObject complete(
            BucketName bucket,
            ObjectKey key,
            UploadId upload,
            List<Part> chosen,
            Blob whole,
            Precondition precondition) {
        return transact(() -> uploads.complete(bucket, key, upload, chosen, whole, precondition, now()));
    }

    @Override
    public void abort(BucketName bucket, ObjectKey key, UploadId upload) {
        run(() -> uploads.abort(bucket, key, upload, now()));
    }

    @Override
    public List<SnapshotEntry> snapshot(SnapshotId snapshot, BucketName bucket, Collection<String> prefixes) {
        return transact(() -> snapshots.take(
                snapshot,
                bucket,
                tables.objects(bucket).values().stream()
                        .filter(object ->
                                prefixes.stream().anyMatch(object.key().value()::startsWith))
                        .toList()));
    }

    @Override
    public List<SnapshotEntry> snapshotKeys(SnapshotId snapshot, BucketName bucket, Collection<ObjectKey> keys) {
        return transact(() -> snapshots.take(
                snapshot,
                bucket,
                new HashSet<>(keys).stream().map(key -> object(bucket, key)).toList()));
    }

    @Override
    public void hold(SnapshotId snapshot, BucketName bucket, List<NewObject> entries) {
        run(() -> snapshots.hold(snapshot, bucket, entries, now()));
    }

    @Override
    public void share(SnapshotId from, SnapshotId to, BucketName bucket) {
        run(() -> snapshots.share(from, to, bucket));
    }

    @Override
    public synchronized List<SnapshotEntry> entries(SnapshotId snapshot) {
        return snapshots.entries(snapshot);
    }

    @Override
    public void release(SnapshotId snapshot) {
        run(() -> snapshots.release(
                snapshot,
                snapshots.entries(snapshot).stream().map(SnapshotEntry::key).toList(),
                now()));
    }

    @Override
    public void release(SnapshotId snapshot, Collection<ObjectKey> names) {
        run(() -> snapshots.release(snapshot, names, now()));
    }

    @Override
    public void reserve(ReservationId reservation, BucketName bucket, long bytes) {
        run(() -> {
            giveBack(reservation);
            Bucket account = tables.bucket(bucket);
            tables.undo.put(tables.reservations, reservation, new Reservation(bucket, bytes));
            tables.undo.put(tables.buckets, bucket, account.withReservedBytes(account.reservedBytes() + bytes));
        });
    }

    @Override
    public void unreserve(ReservationId reservation) {
        run(() -> giveBack(reservation));
    }

    private void giveBack(ReservationId id) {
        Reservation held = tables.reservations.get(id);
        if (held != null) {
            Bucket account = tables.bucket(held.bucket());
            tables.undo.remove(tables.reservations, id);
            tables.undo.put(
                    tables.buckets, held.bucket(), account.withReservedBytes(account.reservedBytes() - held.bytes()));
        }
    }

    @Override
    public synchronized List<BlobId> garbage(Instant before, int limit) {
        return tables.garbage.entrySet().stream()
                .filter(entry -> entry.getValue().isBefore(before))
                .map(Map.Entry::getKey)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized void forgetGarbage(Collection<BlobId> blobs) {
        tables.garbage.keySet().removeAll(blobs);
    }

    @Override
    public synchronized Set<BlobId> unknown(Collection<BlobId> blobs) {
        var unknown = new HashSet<>(blobs);
        unknown.removeAll(tables.blobs.keySet());
        unknown.removeAll(tables.garbage.keySet());
        return unknown;
    }

    @Override
    public synchronized void forgetCompleted(Instant before) {
        uploads.forgetCompleted(before);
    }
}
