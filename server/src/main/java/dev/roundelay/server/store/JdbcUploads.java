package dev.roundelay.server.store;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobId;
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
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Rows of upload and upload_part.
final class JdbcUploads {
    private JdbcUploads() {}

    static Upload create(
            Handle handle, UploadId id, BucketName bucket, ObjectKey key, ObjectAttributes attributes, Instant now) {
        handle.createUpdate("""
                        insert into upload (id, bucket, key, content_type, headers, metadata, created_at)
                        values (:id, :bucket, :key, :type, :headers::jsonb, :metadata::jsonb, :now)""")
                .bind("id", id.value())
                .bind("bucket", bucket.value())
                .bind("key", key.value())
                .bind("type", attributes.contentType())
                .bind("headers", BucketRows.json(attributes.headers()))
                .bind("metadata", BucketRows.json(attributes.metadata()))
                .bind("now", now)
                .execute();
        return new Upload(id, bucket, key, attributes, now);
    }

    static List<Upload> open(Handle handle, BucketName bucket) {
        return handle.createQuery("""
                        select * from upload where bucket = ? and completed_at is null order by key, created_at, id""")
                .bind(0, bucket.value())
                .map((row, _) -> BucketRows.upload(row))
                .list();
    }

    static List<Upload> before(Handle handle, Instant instant, int limit) {
        return handle.createQuery("""
                        select * from upload where created_at < ? and completed_at is null
                        order by created_at, id limit ?""")
                .bind(0, instant)
                .bind(1, limit)
                .map((row, _) -> BucketRows.upload(row))
                .list();
    }

    static Upload require(Handle handle, BucketName bucket, ObjectKey key, UploadId id) {
        return handle.createQuery(
                        "select * from upload where id = ? and bucket = ? and key = ? and completed_at is null")
                .bind(0, id.value())
                .bind(1, bucket.value())
                .bind(2, key.value())
                .map((row, _) -> BucketRows.upload(row))
                .findOne()
                .orElseThrow(() -> StorageException.noSuchUpload(bucket, id));
    }

    static List<Part> parts(Handle handle, BucketName bucket, ObjectKey key, UploadId id) {
        boolean known = handle.createQuery("select 1 from upload where id = ? and bucket = ? and key = ?")
                .bind(0, id.value())
                .bind(1, bucket.value())
                .bind(2, key.value())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
        if (!known) {
            throw StorageException.noSuchUpload(bucket, id);
        }
        return parts(handle, id);
    }

    private static List<Part> parts(Handle handle, UploadId id) {
        return handle.createQuery("select * from upload_part where upload = ? order by number")
                .bind(0, id.value())
                .map((row, _) -> BucketRows.part(row))
                .list();
    }

    static Part putPart(Handle handle, JdbcBlobLedger ledger, ObjectKey key, UploadId id, int number, Blob blob) {
        Upload upload = require(handle, ledger.bucket().name(), key, id);
        List<BlobId> replaced = handle.createQuery("select blob from upload_part where upload = ? and number = ?")
                .bind(0, upload.id().value())
                .bind(1, number)
                .map((row, _) -> new BlobId(row.getString(1)))
                .list();
        ledger.refer(blob);
        handle.createUpdate("""
                        insert into upload_part (upload, number, blob, size_bytes, etag, modified_at)
                        values (:upload, :number, :blob, :size, :etag, :now)
                        on conflict (upload, number) do update set blob = excluded.blob,
                            size_bytes = excluded.size_bytes, etag = excluded.etag, modified_at = excluded.modified_at""")
                .bind("upload", id.value())
                .bind("number", number)
                .bind("blob", blob.id().value())
                .bind("size", blob.sizeBytes())
                .bind("etag", blob.etag().value())
                .bind("now", ledger.now())
                .execute();
        ledger.drop(replaced);
        return new Part(number, blob.id(), blob.sizeBytes(), blob.etag(), ledger.now());
    }

    static StoredObject complete(
            Handle handle,
            JdbcBlobLedger ledger,
            ObjectKey key,
            UploadId id,
            List<Part> chosen,
            Blob whole,
            Precondition precondition) {
        Upload upload = require(handle, ledger.bucket().name(), key, id);
        List<Part> held = parts(handle, id);
        var present = new HashSet<>(held);
        for (Part part : chosen) {
            if (!present.contains(part)) {
                throw new StorageException(
                        StorageFault.INVALID_PART,
                        "[upload %s, part %d] was replaced meanwhile; complete again".formatted(id, part.number()));
            }
        }
        StoredObject object =
                new JdbcObjects(handle, ledger).put(new NewObject(key, whole, upload.attributes()), precondition);
        dropParts(handle, ledger, id, held);
        handle.execute("update upload set completed_at = ? where id = ?", ledger.now(), id.value());
        return object;
    }

    static void abort(Handle handle, JdbcBlobLedger ledger, ObjectKey key, UploadId id) {
        require(handle, ledger.bucket().name(), key, id);
        dropParts(handle, ledger, id, parts(handle, id));
        handle.execute("delete from upload where id = ?", id.value());
    }

    private static void dropParts(Handle handle, JdbcBlobLedger ledger, UploadId id, List<Part> held) {
        handle.execute("delete from upload_part where upload = ?", id.value());
        ledger.drop(held.stream().map(Part::blob).toList());
    }
}
