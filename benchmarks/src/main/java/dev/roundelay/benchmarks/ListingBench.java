package dev.roundelay.benchmarks;

import dev.roundelay.server.postgres.EmbeddedPostgres;
import dev.roundelay.server.store.Database;
import dev.roundelay.server.store.JdbcBucketIndex;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.ListQuery;
import dev.roundelay.storage.Listing;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// Times a page of 1,000 of a bucket's 1,000,000 keys, flat and folded by `/`, through the product's own index and
/// PostgreSQL.
///
/// Pages begin at random places. Arguments: folder for the database (kept), repeats (default 101).
public final class ListingBench {
    private static final BucketName BUCKET = new BucketName("bench");
    private static final int KEYS = 1_000_000;
    private static final int KEYS_A_FOLDER = 100;
    private static final int PAGE = 1000;
    private static final int WARM_UP_REPEATS = 20;

    private ListingBench() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        int repeats = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 101;
        try (EmbeddedPostgres postgres = new EmbeddedPostgres(folder.resolve("postgres"), folder, new SecureRandom());
                Database database = Database.open(postgres.start(), "bench", 2)) {
            database.migrate();
            fill(database);
            JdbcBucketIndex index = new JdbcBucketIndex(database.jdbi(), Clock.systemUTC(), new SplittableRandom(1));
            time("flat", "", index, repeats);
            time("folded", "/", index, repeats);
        }
    }

    private static void fill(Database database) {
        database.jdbi().useHandle(handle -> {
            handle.createUpdate("insert into bucket (name, owner_id, quota_bytes, created_at)"
                            + " values (:bucket, 'bench', 0, now())")
                    .bind("bucket", BUCKET.value())
                    .execute();
            handle.createUpdate("""
                    insert into bucket_object
                        (bucket, key, blob, size_bytes, etag, content_type, headers, metadata, modified_at)
                    select :bucket, 'jobs/' || lpad((n / :folder)::text, 6, '0') || '/file-' || lpad(n::text, 7, '0'),
                        md5('blob' || n), 1000, md5(n::text), 'text/plain', '{}', '{}', now()
                    from generate_series(0, :keys - 1) n""")
                    .bind("bucket", BUCKET.value())
                    .bind("folder", KEYS_A_FOLDER)
                    .bind("keys", KEYS)
                    .execute();
            handle.execute("analyze bucket_object");
        });
    }

    private static void time(String name, String delimiter, JdbcBucketIndex index, int repeats) {
        SplittableRandom places = new SplittableRandom(2);
        List<Double> seconds = new ArrayList<>();
        for (int i = -WARM_UP_REPEATS; i < repeats; i++) {
            // Room for a whole page behind it, folded too.
            int place = places.nextInt(KEYS - (PAGE + 1) * KEYS_A_FOLDER);
            String after = String.format(Locale.ROOT, "jobs/%06d/file-%07d", place / KEYS_A_FOLDER, place);
            long before = System.nanoTime();
            Listing listing = index.list(BUCKET, new ListQuery("jobs/", delimiter, after, PAGE));
            double took = (System.nanoTime() - before) / 1e9;
            int entries = listing.objects().size() + listing.commonPrefixes().size();
            if (entries != PAGE) {
                throw new IllegalStateException("[ListingBench] a page has " + entries + " entries");
            }
            if (i >= 0) {
                seconds.add(took);
            }
        }
        seconds.sort(null);
        System.out.printf(
                Locale.ROOT,
                "list %d of %d keys, %s, %d repeats: min %.4f median %.4f p95 %.4f s%n",
                PAGE,
                KEYS,
                name,
                repeats,
                seconds.getFirst(),
                seconds.get(repeats / 2),
                seconds.get((int) (repeats * 0.95)));
    }
}
