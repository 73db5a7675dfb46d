package dev.roundelay.server.store;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StorageFault;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Counts the references of one transaction on one bucket, whose row it locks, and settles the account at the end. A
/// caller that keeps the order lock, change, settle cannot break the quota.
final class JdbcBlobLedger {
    private final Handle handle;
    private final Bucket before;
    private final Instant now;
    private long chargedBytes;
    private long reservedBytes;

    private JdbcBlobLedger(Handle handle, Bucket before, Instant now) {
        this.handle = handle;
        this.before = before;
        this.now = now;
    }

    /// Locks the bucket until the transaction ends.
    static JdbcBlobLedger lock(Handle handle, BucketName bucket, Instant now) {
        Bucket locked = handle.createQuery("select * from bucket where name = ? for update")
                .bind(0, bucket.value())
                .map((row, _) -> BucketRows.bucket(row))
                .findOne()
                .orElseThrow(() -> StorageException.noSuchBucket(bucket));
        return new JdbcBlobLedger(handle, locked, now);
    }

    Bucket bucket() {
        return before;
    }

    Instant now() {
        return now;
    }

    /// Counts one more reference to a blob, charging it if it is the first one.
    void refer(Blob blob) {
        boolean first = handle.createQuery("""
                        insert into blob (id, bucket, size_bytes, charged_bytes, crc32c, refs, created_at)
                        values (:id, :bucket, :size, :charged, :crc32c, 1, :now)
                        on conflict (id) do update set refs = blob.refs + 1 where blob.bucket = excluded.bucket
                        returning xmax = 0""")
                .bind("id", blob.id().value())
                .bind("bucket", before.name().value())
                .bind("size", blob.sizeBytes())
                .bind("charged", blob.isComposite() ? 0 : blob.sizeBytes())
                .bind("crc32c", blob.crc32c())
                .bind("now", now)
                .mapTo(Boolean.class)
                .findOne()
                .orElseThrow(() -> StorageException.noSuchBlob(blob.id()));
        if (first && blob.isComposite()) {
            referParts(blob);
        } else if (first) {
            chargedBytes += blob.sizeBytes();
        }
    }

    private void referParts(Blob blob) {
        int counted = handle.createUpdate("""
                        with parts as (
                            insert into blob_part (blob, position, part)
                            select :blob, position, part from unnest(:parts) with ordinality as p (part, position)
                            returning part)
                        update blob b set refs = b.refs + p.n
                        from (select part, count(*) as n from parts group by part) p where b.id = p.part""")
                .bind("blob", blob.id().value())
                .bind("parts", texts(blob.parts()))
                .execute();
        if (counted != blob.parts().stream().distinct().count()) {
            throw new StorageException(
                    StorageFault.NO_SUCH_BLOB, "[blob %s] one of its parts is not in the index".formatted(blob.id()));
        }
    }

    /// Counts one more reference to each of these blobs, which have some; one named twice gets two.
    void referAgain(Collection<BlobId> blobs) {
        add(blobs, 1);
    }

    /// Counts one reference less to each of these blobs; one named twice loses two.
    void drop(Collection<BlobId> blobs) {
        add(blobs, -1);
    }

    private void add(Collection<BlobId> blobs, int sign) {
        if (!blobs.isEmpty()) {
            handle.createUpdate("""
                            update blob b set refs = b.refs + :sign * n.n
                            from (select id, count(*) as n from unnest(:ids) as ids (id) group by id) n
                            where b.id = n.id""")
                    .bind("sign", sign)
                    .bind("ids", texts(blobs))
                    .execute();
        }
    }

    void reserve(long bytes) {
        reservedBytes += bytes;
    }

    /// Makes garbage of what nothing refers to any more, and books the change.
    ///
    /// @throws dev.roundelay.storage.QuotaExceededException if it takes the account beyond its quota
    void settle() {
        long freed = collect();
        long change = chargedBytes - freed;
        if (change == 0 && reservedBytes == 0) {
            return;
        }
        Bucket after = before.withUsedBytes(before.usedBytes() + change)
                .withReservedBytes(before.reservedBytes() + reservedBytes);
        after.requireWithinQuota(before);
        handle.execute(
                "update bucket set used_bytes = ?, reserved_bytes = ? where name = ?",
                after.usedBytes(),
                after.reservedBytes(),
                before.name().value());
    }

    private long collect() {
        handle.createUpdate("""
                        with gone as (
                            delete from blob_part p using blob c
                            where c.id = p.blob and c.bucket = :bucket and c.refs = 0
                            returning p.part),
                        counted as (select part, count(*) as n from gone group by part)
                        update blob b set refs = b.refs - counted.n from counted where b.id = counted.part""").bind("bucket", before.name().value()).execute();
        return handle.createQuery("""
                        with dead as (
                            delete from blob where bucket = :bucket and refs = 0 returning id, charged_bytes),
                        buried as (insert into garbage (blob, since) select id, :now from dead)
                        select coalesce(sum(charged_bytes), 0)::bigint from dead""")
                .bind("bucket", before.name().value())
                .bind("now", now)
                .mapTo(Long.class)
                .one();
    }

    static String[] texts(Collection<BlobId> blobs) {
        return List.copyOf(blobs).stream().map(BlobId::value).toArray(String[]::new);
    }
}
