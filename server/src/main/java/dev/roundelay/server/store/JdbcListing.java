package dev.roundelay.server.store;

import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.ListQuery;
import dev.roundelay.storage.Listing;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.StoredObject;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Lists one page in one statement that reads about as many index entries as the page has, however many objects lie in
/// the bucket or below a common prefix.
final class JdbcListing {
    private static final String FLAT = """
            select %s from bucket_object
            where bucket = :bucket and key >= :start and key < :end
            order by key limit :limit""".formatted(BucketRows.OBJECT);

    /// Jumps from entry to entry: behind a key comes the next key, behind a common prefix the first key that does not
    /// begin with it. `cut` is the position of the delimiter behind the prefix, 0 if there is none.
    private static final String ROLLED_UP = """
            with recursive entry (key, cut, n) as (
                (select o.key, strpos(substr(o.key, :prefixLength + 1), :delimiter), 1
                 from bucket_object o
                 where o.bucket = :bucket and o.key >= :start and o.key < :end
                 order by o.key limit 1)
                union all
                select o.key, strpos(substr(o.key, :prefixLength + 1), :delimiter), entry.n + 1
                from entry cross join lateral (
                    select b.key from bucket_object b
                    where b.bucket = :bucket and b.key < :end
                        and b.key >= case when entry.cut = 0 then entry.key || chr(1)
                            else left(entry.key, :prefixLength + entry.cut - 1) || :behindDelimiter end
                    order by b.key limit 1) o
                where entry.n < :limit)
            select entry.key as entry_key, entry.cut, o.blob, o.key, o.size_bytes, o.etag, o.content_type, o.headers,
                o.metadata, o.modified_at
            from entry left join bucket_object o on entry.cut = 0 and o.bucket = :bucket and o.key = entry.key
            order by entry.n""";

    private final ListQuery query;
    private final List<StoredObject> objects = new ArrayList<>();
    private final List<String> commonPrefixes = new ArrayList<>();

    JdbcListing(ListQuery query) {
        this.query = query;
    }

    private record Entry(String commonPrefix, List<StoredObject> object) {}

    Listing list(Handle handle, BucketName bucket) {
        List<Entry> entries = query.delimiter().isEmpty() ? flat(handle, bucket) : rolledUp(handle, bucket);
        String last = "";
        for (Entry entry : entries) {
            if (objects.size() + commonPrefixes.size() == query.limit()) {
                return new Listing(objects, commonPrefixes, last);
            }
            objects.addAll(entry.object());
            if (entry.object().isEmpty()) {
                commonPrefixes.add(entry.commonPrefix());
                last = entry.commonPrefix();
            } else {
                last = entry.object().getFirst().key().value();
            }
        }
        return new Listing(objects, commonPrefixes, "");
    }

    private List<Entry> flat(Handle handle, BucketName bucket) {
        return handle.createQuery(FLAT)
                .bind("bucket", bucket.value())
                .bind("start", start())
                .bind("end", KeyRange.successor(query.prefix()))
                .bind("limit", query.limit() + 1)
                .map((row, _) -> new Entry("", List.of(BucketRows.object(row))))
                .list();
    }

    private List<Entry> rolledUp(Handle handle, BucketName bucket) {
        return handle.createQuery(ROLLED_UP)
                .bind("bucket", bucket.value())
                .bind("start", start())
                .bind("end", KeyRange.successor(query.prefix()))
                .bind("limit", query.limit() + 1)
                .bind("delimiter", query.delimiter())
                .bind("behindDelimiter", KeyRange.successor(query.delimiter()))
                .bind(
                        "prefixLength",
                        query.prefix().codePointCount(0, query.prefix().length()))
                .map((row, _) -> row.getInt("cut") == 0
                        ? new Entry("", List.of(BucketRows.object(row)))
                        : new Entry(query.commonPrefixOf(row.getString("entry_key")), List.of()))
                .list();
    }

    /// Returns the least key that may be on the page.
    private String start() {
        String finished = query.finishedPrefix();
        String behind = query.after().isEmpty()
                ? ""
                : finished.isEmpty() ? KeyRange.after(query.after()) : KeyRange.successor(finished);
        return ObjectKey.compareBytes(query.prefix(), behind) >= 0 ? query.prefix() : behind;
    }
}
