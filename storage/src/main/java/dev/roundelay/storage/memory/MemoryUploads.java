package dev.roundelay.storage.memory;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.Part;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StorageFault;
import dev.roundelay.storage.StoredObject;
import dev.roundelay.storage.Upload;
import dev.roundelay.storage.UploadId;
import dev.roundelay.storage.memory.MemoryTables.UploadState;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Multipart uploads over [MemoryTables].
final class MemoryUploads {
    private final MemoryTables tables;
    private final RandomGenerator random;

    MemoryUploads(MemoryTables tables, RandomGenerator random) {
        this.tables = tables;
        this.random = random;
    }

    Upload create(BucketName bucket, ObjectKey key, ObjectAttributes attributes, Instant now) {
        tables.bucket(bucket);
        var upload = new Upload(UploadId.random(random), bucket, key, attributes, now);
        tables.undo.put(tables.uploads, upload.id(), new UploadState(upload, new TreeMap<>(), null));
        return upload;
    }

    List<Upload> open(BucketName bucket) {
        tables.bucket(bucket);
        return unended()
                .filter(upload -> upload.bucket().equals(bucket))
                .sorted(Comparator.comparing(Upload::key).thenComparing(Upload::createdAt))
                .toList();
    }

    List<Upload> before(Instant instant, int limit) {
        return unended()
                .filter(upload -> upload.createdAt().isBefore(instant))
                .sorted(Comparator.comparing(Upload::createdAt))
                .limit(limit)
                .toList();
    }

    private Stream<Upload> unended() {
        return tables.uploads.values().stream()
                .filter(state -> state.completedAt() == null)
                .map(UploadState::upload);
    }

    UploadState require(BucketName bucket, ObjectKey key, UploadId id) {
        UploadState state = find(bucket, key, id);
        if (state.completedAt() != null) {
            throw StorageException.noSuchUpload(bucket, id);
        }
        return state;
    }

    private UploadState find(BucketName bucket, ObjectKey key, UploadId id) {
        tables.bucket(bucket);
        UploadState state = tables.uploads.get(id);
        if (state == null
                || !state.upload().bucket().equals(bucket)
                || !state.upload().key().equals(key)) {
            throw StorageException.noSuchUpload(bucket, id);
        }
        return state;
    }

    Part putPart(BucketName bucket, ObjectKey key, UploadId id, int number, Blob blob, Instant now) {
        UploadState state = require(bucket, key, id);
        Part old = state.parts().get(number);
        var part = new Part(number, blob.id(), blob.sizeBytes(), blob.etag(), now);
        tables.refer(bucket, blob);
        tables.undo.put(state.parts(), number, part);
        if (old != null) {
            tables.drop(old.blob(), now);
        }
        return part;
    }

    List<Part> parts(BucketName bucket, ObjectKey key, UploadId id) {
        return List.copyOf(find(bucket, key, id).parts().values());
    }

    StoredObject complete(
            BucketName bucket,
            ObjectKey key,
            UploadId id,
            List<Part> chosen,
            Blob whole,
            Precondition precondition,
            Instant now) {
        UploadState state = require(bucket, key, id);
        for (Part part : chosen) {
            if (!part.equals(state.parts().get(part.number()))) {
                throw new StorageException(
                        StorageFault.INVALID_PART,
                        "[upload %s, part %d] was replaced meanwhile; complete again".formatted(id, part.number()));
            }
        }
        precondition.check(bucket, key, tables.objects(bucket).get(key));
        StoredObject object =
                tables.place(bucket, new NewObject(key, whole, state.upload().attributes()), now);
        dropParts(state, now);
        tables.undo.put(tables.uploads, id, new UploadState(state.upload(), new TreeMap<>(), now));
        return object;
    }

    void abort(BucketName bucket, ObjectKey key, UploadId id, Instant now) {
        UploadState state = require(bucket, key, id);
        dropParts(state, now);
        tables.undo.remove(tables.uploads, id);
    }

    private void dropParts(UploadState state, Instant now) {
        state.parts().values().forEach(part -> tables.drop(part.blob(), now));
    }

    void forgetCompleted(Instant before) {
        tables.uploads
                .values()
                .removeIf(state ->
                        state.completedAt() != null && state.completedAt().isBefore(before));
    }
}
