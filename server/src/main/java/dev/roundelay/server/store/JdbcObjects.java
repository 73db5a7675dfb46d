package dev.roundelay.server.store;

import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.Deleted;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.Publication;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StoredObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// Rows of bucket_object, inside a transaction whose ledger has locked the bucket.
final class JdbcObjects {
    private static final int BATCH = 5_000;

    private final Handle handle;
    private final JdbcBlobLedger ledger;
    private final BucketName bucket;

    JdbcObjects(Handle handle, JdbcBlobLedger ledger) {
        this.handle = handle;
        this.ledger = ledger;
        this.bucket = ledger.bucket().name();
    }

    static Optional<StoredObject> find(Handle handle, BucketName bucket, ObjectKey key) {
        return handle.createQuery("select " + BucketRows.OBJECT + " from bucket_object where bucket = ? and key = ?")
                .bind(0, bucket.value())
                .bind(1, key.value())
                .map((row, _) -> BucketRows.object(row))
                .findOne();
    }

    StoredObject put(NewObject object, Precondition precondition) {
        Optional<StoredObject> present = find(handle, bucket, object.key());
        precondition.check(bucket, object.key(), present.orElse(null));
        ledger.refer(object.blob());
        StoredObject stored = stored(object);
        write(stored);
        ledger.drop(present.stream().map(StoredObject::blob).toList());
        return stored;
    }

    private StoredObject stored(NewObject object) {
        return new StoredObject(
                object.key(),
                object.blob().id(),
                object.blob().sizeBytes(),
                object.blob().etag(),
                object.attributes(),
                ledger.now());
    }

    StoredObject copy(
            ObjectKey from, ObjectKey to, Precondition onSource, Function<StoredObject, ObjectAttributes> attributes) {
        StoredObject source = find(handle, bucket, from).orElseThrow(() -> StorageException.noSuchKey(bucket, from));
        onSource.check(bucket, from, source);
        ledger.referAgain(List.of(source.blob()));
        var copy = new StoredObject(
                to, source.blob(), source.sizeBytes(), source.etag(), attributes.apply(source), ledger.now());
        replace(List.of(copy));
        return copy;
    }

    List<StoredObject> place(List<NewObject> objects) {
        var stored = new ArrayList<StoredObject>(objects.size());
        for (NewObject object : objects) {
            ledger.refer(object.blob());
            stored.add(stored(object));
        }
        replace(stored);
        return stored;
    }

    Publication placeFitting(List<NewObject> objects) {
        var fitting = new ArrayList<NewObject>();
        var leftOut = new ArrayList<NewObject>();
        long free = ledger.bucket().freeBytes();
        for (NewObject object : objects) {
            if (object.blob().sizeBytes() <= free) {
                free -= object.blob().sizeBytes();
                fitting.add(object);
            } else {
                leftOut.add(object);
            }
        }
        return new Publication(place(fitting), leftOut);
    }

    /// Puts rows whose blobs are counted already in place of those at their keys; of two with one key the last stays.
    private void replace(List<StoredObject> objects) {
        var last = new LinkedHashMap<ObjectKey, StoredObject>();
        var dropped = new ArrayList<BlobId>();
        for (StoredObject object : objects) {
            StoredObject earlier = last.put(object.key(), object);
            if (earlier != null) {
                dropped.add(earlier.blob());
            }
        }
        for (List<ObjectKey> keys : batches(List.copyOf(last.keySet()))) {
            dropped.addAll(
                    handle.createQuery("select blob from bucket_object where bucket = :bucket and key = any(:keys)")
                            .bind("bucket", bucket.value())
                            .bind("keys", texts(keys))
                            .map((row, _) -> new BlobId(row.getString(1)))
                            .list());
        }
        last.values().forEach(this::write);
        ledger.drop(dropped);
    }

    private void write(StoredObject object) {
        handle.createUpdate("""
                        insert into bucket_object
                            (bucket, key, blob, size_bytes, etag, content_type, headers, metadata, modified_at)
                        values (:bucket, :key, :blob, :size, :etag, :type, :headers::jsonb, :metadata::jsonb, :modified)
                        on conflict (bucket, key) do update set blob = excluded.blob, size_bytes = excluded.size_bytes,
                            etag = excluded.etag, content_type = excluded.content_type, headers = excluded.headers,
                            metadata = excluded.metadata, modified_at = excluded.modified_at""")
                .bind("bucket", bucket.value())
                .bind("key", object.key().value())
                .bind("blob", object.blob().value())
                .bind("size", object.sizeBytes())
                .bind("etag", object.etag().value())
                .bind("type", object.attributes().contentType())
                .bind("headers", BucketRows.json(object.attributes().headers()))
                .bind("metadata", BucketRows.json(object.attributes().metadata()))
                .bind("modified", object.modifiedAt())
                .execute();
    }

    Deleted delete(Collection<ObjectKey> keys) {
        var deleted = Deleted.NOTHING;
        for (List<ObjectKey> batch : batches(List.copyOf(keys))) {
            deleted = deleted.plus(handle.createQuery(countingDelete("key = any(:keys)"))
                    .bind("bucket", bucket.value())
                    .bind("keys", texts(batch))
                    .map((row, _) -> new Deleted(row.getLong(1), row.getLong(2)))
                    .one());
        }
        return deleted;
    }

    Deleted deletePrefix(String prefix) {
        KeyRange range = KeyRange.of(prefix);
        return handle.createQuery(countingDelete("key >= :start and key < :end"))
                .bind("bucket", bucket.value())
                .bind("start", range.start())
                .bind("end", range.end())
                .map((row, _) -> new Deleted(row.getLong(1), row.getLong(2)))
                .one();
    }

    private static String countingDelete(String condition) {
        return """
                with gone as (
                    delete from bucket_object where bucket = :bucket and %s returning blob, size_bytes),
                counted as (select blob, count(*) as n from gone group by blob),
                dropped as (update blob b set refs = b.refs - counted.n from counted where b.id = counted.blob)
                select count(*), coalesce(sum(size_bytes), 0)::bigint from gone""".formatted(condition);
    }

    long movePrefix(String from, String to) {
        KeyRange range = KeyRange.of(from);
        List<StoredObject> moved = handle.createQuery("""
                        delete from bucket_object where bucket = :bucket and key >= :start and key < :end
                        returning\s""" + BucketRows.OBJECT)
                .bind("bucket", bucket.value())
                .bind("start", range.start())
                .bind("end", range.end())
                .map((row, _) -> BucketRows.object(row))
                .list();
        replace(moved.stream().map(object -> renamed(object, from, to)).toList());
        return moved.size();
    }

    private static StoredObject renamed(StoredObject object, String from, String to) {
        return new StoredObject(
                new ObjectKey(to + object.key().value().substring(from.length())),
                object.blob(),
                object.sizeBytes(),
                object.etag(),
                object.attributes(),
                object.modifiedAt());
    }

    static String[] texts(Collection<ObjectKey> keys) {
        return keys.stream().map(ObjectKey::value).toArray(String[]::new);
    }

    static <T> List<List<T>> batches(List<T> all) {
        var batches = new ArrayList<List<T>>();
        for (int from = 0; from < all.size(); from += BATCH) {
            batches.add(all.subList(from, Math.min(all.size(), from + BATCH)));
        }
        return batches;
    }
}
