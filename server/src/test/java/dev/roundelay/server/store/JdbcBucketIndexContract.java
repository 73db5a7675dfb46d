package dev.roundelay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.ListQuery;
import dev.roundelay.storage.Listing;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.ReservationId;
import dev.roundelay.storage.SnapshotId;
import dev.roundelay.testkit.storage.BucketIndexContract;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The index's contract in PostgreSQL, and what only this implementation has.
abstract class JdbcBucketIndexContract extends BucketIndexContract {
    private static final BucketName BUCKET = new BucketName("main-bucket");

    protected abstract Database database();

    @Override
    protected BucketIndex createIndex() {
        StorageTables.empty(database());
        return new JdbcBucketIndex(database().jdbi(), InstantSource.system(), new SecureRandom());
    }

    @Test
    void changes_within_another_transaction_happen_with_it_or_not_at_all() {
        JdbcBuckets buckets = ((JdbcBucketIndex) index()).within();
        put("jobs/x/code/a", 10);
        var snapshot = new SnapshotId("job_1/code");

        assertThatThrownBy(() -> database().jdbi().useTransaction(handle -> {
                    buckets.snapshot(handle, snapshot, BUCKET, List.of("jobs/x/"));
                    buckets.reserve(handle, new ReservationId("r"), BUCKET, 100);
                    buckets.publish(handle, BUCKET, List.of(object("out", blob(20))));
                    buckets.movePrefix(handle, BUCKET, "jobs/", "moved/");
                    throw new IllegalStateException("the caller's own rows failed");
                }))
                .hasMessage("the caller's own rows failed");
        assertThat(index().entries(snapshot)).isEmpty();
        assertThat(index().bucket(BUCKET).reservedBytes()).isZero();
        assertThat(index().bucket(BUCKET).usedBytes()).isEqualTo(10);

        database().jdbi().useTransaction(handle -> {
            buckets.snapshot(handle, snapshot, BUCKET, List.of("jobs/x/"));
            buckets.reserve(handle, new ReservationId("r"), BUCKET, 100);
            buckets.unreserve(handle, new ReservationId("r"));
            buckets.publish(handle, BUCKET, List.of(object("out", blob(20))));
            buckets.deletePrefix(handle, BUCKET, "jobs/");
        });
        assertThat(index().entries(snapshot)).hasSize(1);
        assertThat(index().bucket(BUCKET).usedBytes()).isEqualTo(30);
    }

    @Test
    void the_counts_of_references_are_those_of_the_rows() {
        put("a", 1);
        index().copy(BUCKET, key("a"), key("b"), Precondition.NONE);
        index().snapshot(new SnapshotId("s"), BUCKET, List.of(""));
        index().delete(BUCKET, List.of(key("a")));

        long wrong = database()
                .jdbi()
                .withHandle(handle -> handle.createQuery("""
                        select count(*) from blob b where refs <> (
                            (select count(*) from bucket_object o where o.blob = b.id)
                            + (select count(*) from upload_part p where p.blob = b.id)
                            + (select count(*) from snapshot_entry s where s.blob = b.id)
                            + (select count(*) from blob_part c where c.part = b.id))""").mapTo(Long.class).one());

        assertThat(wrong).isZero();
    }

    @Test
    void a_page_of_folders_reads_few_entries_of_a_large_bucket() {
        database().jdbi().useHandle(handle -> {
            handle.execute("""
                    insert into bucket_object (bucket, key, blob, size_bytes, etag, content_type, headers, metadata,
                        modified_at)
                    select 'main-bucket', 'jobs/' || (i / 100) || '/out/' || i, lpad(to_hex(i), 32, '0'), 1, 'e', 'x/y',
                        '{}', '{}', now()
                    from generate_series(0, 99999) i""");
            handle.execute("analyze bucket_object");
        });

        Listing folders = index().list(BUCKET, new ListQuery("jobs/", "/", "", 1000));
        Listing last = index().list(BUCKET, new ListQuery("jobs/999/out/", "/", "", 1000));

        assertThat(folders.commonPrefixes()).hasSize(1000).contains("jobs/999/");
        assertThat(folders.hasMore()).isFalse();
        assertThat(last.objects()).hasSize(100);
    }
}
