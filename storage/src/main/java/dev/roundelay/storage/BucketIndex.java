package dev.roundelay.storage;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the buckets hold: keys, uploads, snapshots and reservations, each referring to blobs, and the quota
/// that they share. Thread-safe. Each mutation is one transaction: it happens wholly, quota included, or throws
/// and changes nothing. When it returns it is durable.
///
/// Accounting: a blob is charged to its bucket when the first thing refers to it and given back when nothing
/// does; in the same transaction it becomes garbage, which a [BlobSweeper] deletes later. Reservations count as
/// used.
///
/// Every method that names a bucket throws [StorageFault#NO_SUCH_BUCKET] if there is none.
public interface BucketIndex {
    /// How many objects a sum reads at once.
    int LISTED_AT_ONCE = 1000;

    // ---- buckets

    /// @throws StorageException [StorageFault#BUCKET_EXISTS] if the name is taken or the owner has one
    Bucket createBucket(OwnerId owner, BucketName name, long quotaBytes);

    Optional<Bucket> findBucket(BucketName name);

    Optional<Bucket> findBucketOf(OwnerId owner);

    default Bucket bucket(BucketName name) {
        return findBucket(name).orElseThrow(() -> StorageException.noSuchBucket(name));
    }

    /// Changes the limit; one below the present use only refuses later writes.
    void changeQuota(BucketName bucket, long quotaBytes);

    /// Sums objects by the first segment of their keys, in byte order.
    List<FolderUsage> usage(BucketName bucket);

    /// Sums the objects whose key begins with `prefix`: what [#deletePrefix] would take away now.
    default FolderUsage usage(BucketName bucket, String prefix) {
        long objects = 0;
        long bytes = 0;
        ListQuery query = ListQuery.under(prefix, LISTED_AT_ONCE);
        while (true) {
            Listing page = list(bucket, query);
            objects += page.objects().size();
            bytes += page.objects().stream().mapToLong(StoredObject::sizeBytes).sum();
            if (!page.hasMore()) {
                return new FolderUsage(prefix, objects, bytes);
            }
            query = new ListQuery(prefix, "", page.next(), LISTED_AT_ONCE);
        }
    }

    // ---- objects

    /// Makes `blob` the object at `key`, in place of the one there.
    ///
    /// @throws StorageException      [StorageFault#PRECONDITION_FAILED]
    /// @throws QuotaExceededException if the blob does not fit once what it replaces is given back
    StoredObject put(BucketName bucket, NewObject object, Precondition precondition);

    Optional<StoredObject> find(BucketName bucket, ObjectKey key);

    default StoredObject object(BucketName bucket, ObjectKey key) {
        return find(bucket, key).orElseThrow(() -> StorageException.noSuchKey(bucket, key));
    }

    /// Copies an object within its bucket, keeping its attributes and sharing its blob.
    ///
    /// @param onSource condition on the object at `from`
    /// @throws StorageException [StorageFault#NO_SUCH_KEY] if nothing is at `from`
    StoredObject copy(BucketName bucket, ObjectKey from, ObjectKey to, Precondition onSource);

    /// Like [#copy], with attributes of its own; `from` and `to` may be the same key.
    StoredObject copy(
            BucketName bucket, ObjectKey from, ObjectKey to, Precondition onSource, ObjectAttributes attributes);

    /// Deletes objects by key; keys without an object are passed over.
    Deleted delete(BucketName bucket, Collection<ObjectKey> keys);

    /// Deletes one object if the condition holds; nothing there is no error without a condition.
    Deleted delete(BucketName bucket, ObjectKey key, Precondition precondition);

    /// Deletes every object whose key begins with `prefix`.
    Deleted deletePrefix(BucketName bucket, String prefix);

    Listing list(BucketName bucket, ListQuery query);

    /// Publishes a batch in one transaction, replacing what is at their keys: all of it, or none.
    ///
    /// @throws QuotaExceededException if the batch does not fit as a whole
    List<StoredObject> publish(BucketName bucket, List<NewObject> objects);

    /// Publishes those of a batch that fit, in their order and each counted in full, in one transaction.
    Publication publishFitting(BucketName bucket, List<NewObject> objects);

    /// Gives every object under `from` the same key under `to` instead, replacing what is there, and tells how
    /// many.
    long movePrefix(BucketName bucket, String from, String to);

    // ---- multipart uploads

    Upload createUpload(BucketName bucket, ObjectKey key, ObjectAttributes attributes);

    /// Returns uploads that have begun and not ended, by key and age.
    List<Upload> uploads(BucketName bucket);

    /// @throws StorageException [StorageFault#NO_SUCH_UPLOAD], also if the upload is for another key
    Upload upload(BucketName bucket, ObjectKey key, UploadId upload);

    /// Adds a part, in place of one of that number. Its bytes are charged now.
    Part putPart(BucketName bucket, ObjectKey key, UploadId upload, int number, Blob blob);

    /// Returns the parts held, by number; none for an upload that was just completed, so that a repeated
    /// completion can be told from an unknown upload.
    ///
    /// @throws StorageException [StorageFault#NO_SUCH_UPLOAD]
    List<Part> parts(BucketName bucket, ObjectKey key, UploadId upload);

    /// Ends an upload by making `whole`, which was composed of `chosen`, the object at its key; other parts are
    /// dropped.
    ///
    /// @throws StorageException [StorageFault#NO_SUCH_UPLOAD], [StorageFault#PRECONDITION_FAILED], or
    ///                          [StorageFault#INVALID_PART] if one of `chosen` was replaced meanwhile
    StoredObject complete(
            BucketName bucket,
            ObjectKey key,
            UploadId upload,
            List<Part> chosen,
            Blob whole,
            Precondition precondition);

    /// @throws StorageException [StorageFault#NO_SUCH_UPLOAD]
    void abort(BucketName bucket, ObjectKey key, UploadId upload);

    /// Returns every upload, in any bucket, that began before an instant and is unended, oldest first.
    List<Upload> uploadsBefore(Instant instant, int limit);

    // ---- snapshots

    /// Takes a new snapshot of all objects whose key begins with one of `prefixes` (a whole key is its own
    /// prefix, but see [#snapshotKeys]), and returns it in byte order of the keys.
    ///
    /// @throws StorageException [StorageFault#SNAPSHOT_EXISTS] if it holds anything already
    List<SnapshotEntry> snapshot(SnapshotId snapshot, BucketName bucket, Collection<String> prefixes);

    /// Takes a new snapshot of exactly these objects.
    ///
    /// @throws StorageException [StorageFault#NO_SUCH_KEY] naming the first that is missing;
    ///     [StorageFault#SNAPSHOT_EXISTS]
    List<SnapshotEntry> snapshotKeys(SnapshotId snapshot, BucketName bucket, Collection<ObjectKey> keys);

    /// Adds blobs that have no object (a job's models, say) to a snapshot, under names of the caller's; an
    /// entry of the same name is replaced.
    ///
    /// @throws QuotaExceededException if they do not fit as a whole
    void hold(SnapshotId snapshot, BucketName bucket, List<NewObject> entries);

    /// Makes a snapshot keep what another one of its bucket keeps, too; an entry that it has already stays.
    ///
    /// @throws StorageException [StorageFault#SNAPSHOT_EXISTS] if one of them belongs to another bucket
    void share(SnapshotId from, SnapshotId to, BucketName bucket);

    /// Returns the entries in byte order of their keys; none for an unknown snapshot.
    List<SnapshotEntry> entries(SnapshotId snapshot);

    /// Drops a snapshot; an unknown one is no error.
    void release(SnapshotId snapshot);

    /// Drops some entries of a snapshot.
    void release(SnapshotId snapshot, Collection<ObjectKey> names);

    // ---- reservations

    /// Sets the bytes that a reservation holds, in place of what it held before.
    ///
    /// @throws QuotaExceededException if they do not fit; the former amount stays
    void reserve(ReservationId reservation, BucketName bucket, long bytes);

    /// Gives a reservation back; an unknown one is no error.
    void unreserve(ReservationId reservation);

    // ---- garbage

    /// Returns blobs that lost their last reference before an instant.
    List<BlobId> garbage(Instant before, int limit);

    /// Forgets garbage whose bytes are gone.
    void forgetGarbage(Collection<BlobId> blobs);

    /// Returns those of `blobs` that no row names, neither as a blob nor as garbage.
    Set<BlobId> unknown(Collection<BlobId> blobs);

    /// Forgets completed uploads that ended before an instant.
    void forgetCompleted(Instant before);
}
