package dev.roundelay.storage.memory;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.Part;
import dev.roundelay.storage.ReservationId;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.storage.SnapshotId;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StoredObject;
import dev.roundelay.storage.Upload;
import dev.roundelay.storage.UploadId;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The rows of a [MemoryBucketIndex] and the counting of references. Every change goes through the undo log of the
/// running
/// transaction. Not thread-safe.
final class MemoryTables {
    record CountedBlob(BucketName bucket, int references, long chargedBytes, List<BlobId> parts) {
        CountedBlob plus(int more) {
            return new CountedBlob(bucket, references + more, chargedBytes, parts);
        }
    }

    record UploadState(
            Upload upload,
            NavigableMap<Integer, Part> parts,
            @Nullable Instant completedAt) {}

    record SnapshotState(BucketName bucket, NavigableMap<ObjectKey, SnapshotEntry> entries) {}

    record Reservation(BucketName bucket, long bytes) {}

    final Map<BucketName, Bucket> buckets = new LinkedHashMap<>();
    final Map<BucketName, NavigableMap<ObjectKey, StoredObject>> objects = new HashMap<>();
    final Map<BlobId, CountedBlob> blobs = new HashMap<>();
    final Map<UploadId, UploadState> uploads = new LinkedHashMap<>();
    final Map<SnapshotId, SnapshotState> snapshots = new HashMap<>();
    final Map<ReservationId, Reservation> reservations = new HashMap<>();
    final Map<BlobId, Instant> garbage = new LinkedHashMap<>();

    UndoLog undo = new UndoLog();

    Bucket bucket(BucketName name) {
        Bucket bucket = buckets.get(name);
        if (bucket == null) {
            throw StorageException.noSuchBucket(name);
        }
        return bucket;
    }

    NavigableMap<ObjectKey, StoredObject> objects(BucketName name) {
        bucket(name);
        return objects.computeIfAbsent(name, _ -> new TreeMap<>());
    }

    /// Counts one more reference to a blob, charging it if it is the first one.
    void refer(BucketName bucket, Blob blob) {
        CountedBlob known = blobs.get(blob.id());
        if (known == null) {
            long charged = blob.isComposite() ? 0 : blob.sizeBytes();
            undo.put(blobs, blob.id(), new CountedBlob(bucket, 1, charged, blob.parts()));
            charge(bucket, charged);
            blob.parts().forEach(this::refer);
        } else {
            undo.put(blobs, blob.id(), known.plus(1));
        }
    }

    /// Counts one more reference to a blob that has some.
    void refer(BlobId id) {
        undo.put(blobs, id, counted(id).plus(1));
    }

    /// Counts one reference less; the last one makes the blob garbage.
    void drop(BlobId id, Instant now) {
        CountedBlob left = counted(id).plus(-1);
        if (left.references() > 0) {
            undo.put(blobs, id, left);
            return;
        }
        undo.remove(blobs, id);
        undo.put(garbage, id, now);
        charge(left.bucket(), -left.chargedBytes());
        left.parts().forEach(part -> drop(part, now));
    }

    private CountedBlob counted(BlobId id) {
        CountedBlob blob = blobs.get(id);
        if (blob == null) {
            throw StorageException.noSuchBlob(id);
        }
        return blob;
    }

    private void charge(BucketName name, long bytes) {
        Bucket bucket = bucket(name);
        undo.put(buckets, name, bucket.withUsedBytes(bucket.usedBytes() + bytes));
    }

    StoredObject place(BucketName bucket, NewObject object, Instant now) {
        refer(bucket, object.blob());
        var stored = new StoredObject(
                object.key(),
                object.blob().id(),
                object.blob().sizeBytes(),
                object.blob().etag(),
                object.attributes(),
                now);
        replace(bucket, stored, now);
        return stored;
    }

    /// Puts a row whose blob is counted already in place of the one at its key.
    void replace(BucketName bucket, StoredObject stored, Instant now) {
        StoredObject old = objects(bucket).get(stored.key());
        undo.put(objects(bucket), stored.key(), stored);
        if (old != null) {
            drop(old.blob(), now);
        }
    }

    void removeObject(BucketName bucket, StoredObject object, Instant now) {
        undo.remove(objects(bucket), object.key());
        drop(object.blob(), now);
    }
}
