package dev.roundelay.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.Deleted;
import dev.roundelay.storage.ETag;
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
import dev.roundelay.storage.QuotaExceededException;
import dev.roundelay.storage.ReservationId;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.storage.SnapshotId;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StorageFault;
import dev.roundelay.storage.StoredObject;
import dev.roundelay.storage.Upload;
import dev.roundelay.storage.UploadId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [BucketIndex] does. Each test has a bucket of 1,000 bytes.
public abstract class BucketIndexContract {
    private static final BucketName BUCKET = new BucketName("main-bucket");
    private static final OwnerId OWNER = new OwnerId("usr_1");
    private static final long QUOTA = 1_000;

    private final Random random = new Random(7);
    private BucketIndex index;

    /// Returns an empty index.
    protected abstract BucketIndex createIndex();

    /// Returns the index under test, for further tests of an implementation.
    protected final BucketIndex index() {
        return index;
    }

    @BeforeEach
    void createBucket() {
        index = createIndex();
        index.createBucket(OWNER, BUCKET, QUOTA);
    }

    // ---- building blocks

    protected final Blob blob(long size) {
        BlobId id = BlobId.random(random);
        return new Blob(id, size, 0xFFFF_FFFFL, new ETag(id.value()), List.of());
    }

    protected static ObjectKey key(String text) {
        return new ObjectKey(text);
    }

    protected static NewObject object(String key, Blob blob) {
        return new NewObject(key(key), blob, ObjectAttributes.TEXT);
    }

    protected final StoredObject put(String key, long size) {
        return index.put(BUCKET, object(key, blob(size)), Precondition.NONE);
    }

    private long used() {
        return index.bucket(BUCKET).usedBytes();
    }

    private List<BlobId> garbage() {
        return index.garbage(Instant.now().plus(Duration.ofDays(1)), 10_000);
    }

    private List<String> keys() {
        return index.list(BUCKET, ListQuery.under("", 1000)).objects().stream()
                .map(object -> object.key().value())
                .toList();
    }

    private static void assertFault(StorageFault fault, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.fault()).isEqualTo(fault));
    }

    // ---- buckets

    @Test
    void a_bucket_belongs_to_one_owner_and_has_one_name() {
        assertThat(index.findBucket(BUCKET))
                .isEqualTo(index.findBucketOf(OWNER))
                .isPresent();
        assertThat(index.bucket(BUCKET).quotaBytes()).isEqualTo(QUOTA);
        assertThat(index.findBucketOf(new OwnerId("usr_2"))).isEmpty();
        assertFault(StorageFault.BUCKET_EXISTS, () -> index.createBucket(new OwnerId("usr_2"), BUCKET, 1));
        assertFault(StorageFault.BUCKET_EXISTS, () -> index.createBucket(OWNER, new BucketName("second-bucket"), 1));
    }

    @Test
    void an_unknown_bucket_is_told_by_every_operation() {
        var none = new BucketName("no-bucket");
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> index.bucket(none),
                () -> index.changeQuota(none, 1),
                () -> index.usage(none),
                () -> index.usage(none, "a/"),
                () -> index.put(none, object("k", blob(1)), Precondition.NONE),
                () -> index.find(none, key("k")),
                () -> index.copy(none, key("a"), key("b"), Precondition.NONE),
                () -> index.delete(none, List.of(key("k"))),
                () -> index.deletePrefix(none, ""),
                () -> index.list(none, ListQuery.under("", 1)),
                () -> index.publish(none, List.of()),
                () -> index.movePrefix(none, "a", "b"),
                () -> index.createUpload(none, key("k"), ObjectAttributes.DEFAULT),
                () -> index.uploads(none),
                () -> index.snapshot(new SnapshotId("s"), none, List.of("")),
                () -> index.hold(new SnapshotId("s"), none, List.of()),
                () -> index.reserve(new ReservationId("r"), none, 1))) {
            assertFault(StorageFault.NO_SUCH_BUCKET, call);
        }
    }

    @Test
    void usage_sums_the_top_folders() {
        put("jobs/a/model", 10);
        put("jobs/b", 5);
        put("shards/1.zip", 7);
        put("loose", 1);
        put("/odd", 2);

        assertThat(index.usage(BUCKET))
                .containsExactly(
                        new FolderUsage("", 1, 1),
                        new FolderUsage("/", 1, 2),
                        new FolderUsage("jobs/", 2, 15),
                        new FolderUsage("shards/", 1, 7));
    }

    @Test
    void usage_of_a_prefix_is_what_a_delete_takes_away() {
        put("jobs/a/model", 10);
        put("jobs/a/log", 5);
        put("jobs/ab", 1);
        put("jobs_b", 2);

        assertThat(index.usage(BUCKET, "jobs/a/")).isEqualTo(new FolderUsage("jobs/a/", 2, 15));
        assertThat(index.usage(BUCKET, "jobs_")).isEqualTo(new FolderUsage("jobs_", 1, 2));
        assertThat(index.usage(BUCKET, "")).isEqualTo(new FolderUsage("", 4, 18));
        assertThat(index.usage(BUCKET, "none/")).isEqualTo(new FolderUsage("none/", 0, 0));
        assertThat(index.deletePrefix(BUCKET, "jobs/a/")).isEqualTo(new Deleted(2, 15));
    }

    // ---- objects and quota

    @Test
    void an_object_keeps_what_it_was_put_with() {
        var attributes =
                new ObjectAttributes("text/x", Map.of("cache-control", "no-store"), Map.of("Ünï", "värde", "b", ""));
        Blob blob = blob(5);

        StoredObject put = index.put(BUCKET, new NewObject(key("a/b"), blob, attributes), Precondition.NONE);

        assertThat(put.blob()).isEqualTo(blob.id());
        assertThat(put.sizeBytes()).isEqualTo(5);
        assertThat(put.etag()).isEqualTo(blob.etag());
        assertThat(put.attributes()).isEqualTo(attributes);
        assertThat(put.modifiedAt())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
        assertThat(index.find(BUCKET, key("a/b"))).contains(put);
        assertThat(index.find(BUCKET, key("a/B"))).isEmpty();
        assertFault(StorageFault.NO_SUCH_KEY, () -> index.object(BUCKET, key("none")));
    }

    @Test
    void overwriting_charges_the_difference_and_makes_garbage() {
        StoredObject first = put("k", 600);
        StoredObject second = put("k", 900);

        assertThat(used()).isEqualTo(900);
        assertThat(garbage()).containsExactly(first.blob());
        assertThat(index.object(BUCKET, key("k"))).isEqualTo(second);
    }

    @Test
    void what_does_not_fit_changes_nothing() {
        put("k", 600);
        Blob large = blob(401);

        assertThatThrownBy(() -> index.put(BUCKET, object("l", large), Precondition.NONE))
                .isInstanceOfSatisfying(QuotaExceededException.class, e -> {
                    assertThat(e.usedBytes()).isEqualTo(600);
                    assertThat(e.quotaBytes()).isEqualTo(QUOTA);
                    assertThat(e.neededBytes()).isEqualTo(401);
                });
        assertThat(keys()).containsExactly("k");
        assertThat(used()).isEqualTo(600);
        assertThat(garbage()).isEmpty();
        assertThat(index.unknown(List.of(large.id()))).containsExactly(large.id());
        put("l", 400);
    }

    @Test
    void a_lowered_quota_refuses_growth_but_not_deletes() {
        put("a", 300);
        put("b", 300);
        index.changeQuota(BUCKET, 100);

        assertFault(StorageFault.QUOTA_EXCEEDED, () -> put("c", 1));
        assertThat(index.delete(BUCKET, List.of(key("a")))).isEqualTo(new Deleted(1, 300));
        assertThat(put("b", 200).sizeBytes()).as("shrinking is no growth").isEqualTo(200);
        index.changeQuota(BUCKET, 300);
        put("c", 100);
    }

    @Test
    void one_blob_counts_once_however_many_keys_share_it() {
        StoredObject original = put("a", 700);

        StoredObject copy = index.copy(BUCKET, key("a"), key("b"), Precondition.NONE);
        assertThat(copy.blob()).isEqualTo(original.blob());
        assertThat(copy.attributes()).isEqualTo(original.attributes());
        assertThat(used()).isEqualTo(700);

        index.delete(BUCKET, List.of(key("a")));
        assertThat(used()).isEqualTo(700);
        assertThat(garbage()).isEmpty();

        index.delete(BUCKET, List.of(key("b")));
        assertThat(used()).isZero();
        assertThat(garbage()).containsExactly(original.blob());
    }

    @Test
    void a_copy_may_replace_its_own_attributes() {
        StoredObject original = put("a", 10);

        index.copy(BUCKET, key("a"), key("a"), Precondition.NONE, ObjectAttributes.of("x/y"));

        assertThat(index.object(BUCKET, key("a")).attributes().contentType()).isEqualTo("x/y");
        assertThat(index.object(BUCKET, key("a")).blob()).isEqualTo(original.blob());
        assertThat(used()).isEqualTo(10);
        assertThat(garbage()).isEmpty();
        assertFault(StorageFault.NO_SUCH_KEY, () -> index.copy(BUCKET, key("none"), key("b"), Precondition.NONE));
        assertFault(
                StorageFault.PRECONDITION_FAILED,
                () -> index.copy(BUCKET, key("a"), key("b"), Precondition.matches(new ETag("other"))));
    }

    @Test
    void conditions_are_decided_with_the_write() {
        ETag first =
                index.put(BUCKET, object("k", blob(1)), Precondition.ABSENT).etag();

        assertFault(
                StorageFault.PRECONDITION_FAILED, () -> index.put(BUCKET, object("k", blob(2)), Precondition.ABSENT));
        assertFault(
                StorageFault.PRECONDITION_FAILED,
                () -> index.put(BUCKET, object("k", blob(2)), Precondition.parse("\"other\"", null)));
        assertFault(
                StorageFault.PRECONDITION_FAILED,
                () -> index.put(BUCKET, object("k", blob(2)), Precondition.parse(null, first.quoted())));
        assertFault(
                StorageFault.NO_SUCH_KEY,
                () -> index.put(BUCKET, object("none", blob(2)), Precondition.parse("*", null)));
        assertThat(index.put(BUCKET, object("k", blob(3)), Precondition.matches(first))
                        .sizeBytes())
                .isEqualTo(3);
        assertFault(
                StorageFault.PRECONDITION_FAILED, () -> index.delete(BUCKET, key("k"), Precondition.matches(first)));
        assertThat(index.delete(BUCKET, key("k"), Precondition.parse("*", null)))
                .isEqualTo(new Deleted(1, 3));
        assertThat(index.delete(BUCKET, key("k"), Precondition.NONE)).isEqualTo(Deleted.NOTHING);
        assertThat(used()).isZero();
    }

    @Test
    void of_many_that_create_one_key_exactly_one_wins() {
        long won = IntStream.range(0, 16)
                .parallel()
                .filter(i -> {
                    BlobId id = BlobId.random(new Random(i));
                    var blob = new Blob(id, 10, 0, new ETag(id.value()), List.of());
                    try {
                        index.put(BUCKET, object("race", blob), Precondition.ABSENT);
                        return true;
                    } catch (StorageException e) {
                        return false;
                    }
                })
                .count();

        assertThat(won).isEqualTo(1);
        assertThat(used()).isEqualTo(10);
    }

    @Test
    void writers_at_the_same_time_never_exceed_the_quota() {
        long fitted = IntStream.range(0, 40)
                .parallel()
                .filter(i -> {
                    BlobId id = BlobId.random(new Random(i));
                    var blob = new Blob(id, 100, 0, new ETag(id.value()), List.of());
                    try {
                        index.put(BUCKET, object("w/" + i, blob), Precondition.NONE);
                        return true;
                    } catch (QuotaExceededException e) {
                        return false;
                    }
                })
                .count();

        assertThat(fitted).isEqualTo(10);
        assertThat(used()).isEqualTo(QUOTA);
    }

    @Test
    void deletes_tell_what_they_took() {
        put("a/1", 1);
        put("a/2", 2);
        put("ab", 4);
        put("b", 8);

        assertThat(index.delete(BUCKET, List.of(key("b"), key("b"), key("none"))))
                .isEqualTo(new Deleted(1, 8));
        assertThat(index.deletePrefix(BUCKET, "a/")).isEqualTo(new Deleted(2, 3));
        assertThat(index.deletePrefix(BUCKET, "a/")).isEqualTo(Deleted.NOTHING);
        assertThat(keys()).containsExactly("ab");
        assertThat(index.deletePrefix(BUCKET, "")).isEqualTo(new Deleted(1, 4));
        assertThat(used()).isZero();
        assertThat(garbage()).hasSize(4);
    }

    @Test
    void a_prefix_is_taken_literally() {
        put("100%/a", 1);
        put("100x/a", 1);
        put("under_score/a", 1);
        put("underXscore/a", 1);
        put("back\\slash", 1);

        assertThat(index.list(BUCKET, ListQuery.under("100%", 10)).objects()).hasSize(1);
        assertThat(index.deletePrefix(BUCKET, "under_")).isEqualTo(new Deleted(1, 1));
        assertThat(index.deletePrefix(BUCKET, "back\\")).isEqualTo(new Deleted(1, 1));
        assertThat(keys()).containsExactly("100%/a", "100x/a", "underXscore/a");
    }

    // ---- listing

    @Test
    void keys_are_listed_by_their_bytes() {
        List<String> keys = List.of("a", "a//b", "a/b", "ab", "é", "e\u0301", "\uFFFD", "\uD83D\uDE00", "Z", "/", "..");
        keys.forEach(key -> put(key, 1));

        assertThat(keys())
                .isEqualTo(keys.stream().sorted(ObjectKey::compareBytes).toList());
        assertThat(keys().getLast()).isEqualTo("\uD83D\uDE00");
    }

    @Test
    void pages_join_to_the_whole_listing_whatever_their_size() {
        index.changeQuota(BUCKET, 1 << 20);
        var names = new Random(3);
        var keys = new TreeSet<String>(ObjectKey::compareBytes);
        String[] segments = {"a", "b/", "//", "ü", "\uD83D\uDE00/", "-", "a/", "b"};
        for (int i = 0; i < 120; i++) {
            var key = new StringBuilder();
            for (int n = names.nextInt(5); n >= 0; n--) {
                key.append(segments[names.nextInt(segments.length)]);
            }
            keys.add(key.toString());
        }
        keys.forEach(key -> put(key, 1));

        for (String prefix : List.of("", "a", "a/", "b/a/", "\uD83D\uDE00", "none")) {
            for (String delimiter : List.of("", "/", "//", "a")) {
                List<String> expected = expectedListing(keys, prefix, delimiter);
                for (int limit : new int[] {1, 2, 7, 1000}) {
                    assertThat(listAll(prefix, delimiter, limit))
                            .as("prefix '%s' delimiter '%s' limit %d", prefix, delimiter, limit)
                            .isEqualTo(expected);
                }
            }
        }
    }

    private static List<String> expectedListing(TreeSet<String> keys, String prefix, String delimiter) {
        var query = new ListQuery(prefix, delimiter, "", 1);
        var entries = new TreeSet<String>(ObjectKey::compareBytes);
        for (String key : keys) {
            if (key.startsWith(prefix)) {
                String common = query.commonPrefixOf(key);
                entries.add(common.isEmpty() ? key : common + " (folder)");
            }
        }
        return entries.stream()
                .sorted(Comparator.comparing(entry -> entry.replace(" (folder)", ""), ObjectKey::compareBytes))
                .toList();
    }

    private List<String> listAll(String prefix, String delimiter, int limit) {
        var entries = new ArrayList<String>();
        String after = "";
        while (true) {
            Listing page = index.list(BUCKET, new ListQuery(prefix, delimiter, after, limit));
            var inPage = new ArrayList<String>();
            page.objects().forEach(object -> inPage.add(object.key().value()));
            page.commonPrefixes().forEach(common -> inPage.add(common + " (folder)"));
            assertThat(inPage.size()).isLessThanOrEqualTo(limit);
            inPage.sort(Comparator.comparing(entry -> entry.replace(" (folder)", ""), ObjectKey::compareBytes));
            entries.addAll(inPage);
            if (!page.hasMore()) {
                return entries;
            }
            assertThat(inPage).hasSize(limit);
            after = page.next();
        }
    }

    @Test
    void a_page_may_begin_at_any_text() {
        put("a", 1);
        put("b/1", 1);
        put("b/2", 1);
        put("c", 1);

        assertThat(index.list(BUCKET, new ListQuery("", "", "aa", 10)).objects())
                .hasSize(3);
        assertThat(index.list(BUCKET, new ListQuery("", "/", "b/", 10)).commonPrefixes())
                .isEmpty();
        assertThat(index.list(BUCKET, new ListQuery("", "/", "b/1", 10)).commonPrefixes())
                .containsExactly("b/");
        assertThat(index.list(BUCKET, new ListQuery("b/", "/", "b/", 10)).objects())
                .hasSize(2);
        assertThat(index.list(BUCKET, new ListQuery("b/", "/", "a", 10)).objects())
                .hasSize(2);
        assertThat(index.list(BUCKET, new ListQuery("b/", "/", "c", 10)).objects())
                .isEmpty();
    }

    // ---- batches

    @Test
    void a_batch_is_published_as_a_whole_or_not_at_all() {
        StoredObject old = put("out/log", 500);

        assertFault(
                StorageFault.QUOTA_EXCEEDED,
                () -> index.publish(BUCKET, List.of(object("out/log", blob(600)), object("out/model", blob(401)))));
        assertThat(index.object(BUCKET, key("out/log"))).isEqualTo(old);
        assertThat(used()).isEqualTo(500);

        List<StoredObject> published =
                index.publish(BUCKET, List.of(object("out/log", blob(600)), object("out/model", blob(400))));
        assertThat(published).extracting(StoredObject::key).containsExactly(key("out/log"), key("out/model"));
        assertThat(used()).isEqualTo(QUOTA);
        assertThat(garbage()).containsExactly(old.blob());
    }

    @Test
    void what_fits_of_a_batch_is_published_and_the_rest_told() {
        put("here", 500);
        NewObject large = object("out/large", blob(600));

        Publication result = index.publishFitting(
                BUCKET, List.of(object("out/a", blob(200)), large, object("out/b", blob(300)), object("c", blob(1))));

        assertThat(result.published()).extracting(o -> o.key().value()).containsExactly("out/a", "out/b");
        assertThat(result.leftOut()).extracting(o -> o.key().value()).containsExactly("out/large", "c");
        assertThat(used()).isEqualTo(QUOTA);
        assertThat(index.unknown(List.of(large.blob().id()))).hasSize(1);
    }

    @Test
    void a_prefix_moves_with_everything_below_it() {
        StoredObject log = put("jobs/x/files_out/log", 10);
        put("jobs/x/files_out/round_0/a", 20);
        put("jobs/x/files_outside", 30);
        StoredObject replaced = put("jobs/x/previous/job_1/files_out/log", 5);

        assertThat(index.movePrefix(BUCKET, "jobs/x/files_out/", "jobs/x/previous/job_1/files_out/"))
                .isEqualTo(2);

        assertThat(keys())
                .containsExactly(
                        "jobs/x/files_outside",
                        "jobs/x/previous/job_1/files_out/log",
                        "jobs/x/previous/job_1/files_out/round_0/a");
        StoredObject moved = index.object(BUCKET, key("jobs/x/previous/job_1/files_out/log"));
        assertThat(moved.blob()).isEqualTo(log.blob());
        assertThat(moved.modifiedAt()).isEqualTo(log.modifiedAt());
        assertThat(used()).isEqualTo(60);
        assertThat(garbage()).containsExactly(replaced.blob());
        assertThat(index.movePrefix(BUCKET, "none/", "other/")).isZero();
    }

    // ---- uploads

    private Upload begin(String key) {
        return index.createUpload(BUCKET, key(key), ObjectAttributes.TEXT);
    }

    private Part part(Upload upload, int number, long size) {
        return index.putPart(BUCKET, upload.key(), upload.id(), number, blob(size));
    }

    private Blob join(List<Part> parts) {
        BlobId id = BlobId.random(random);
        return new Blob(
                id,
                parts.stream().mapToLong(Part::sizeBytes).sum(),
                0,
                new ETag("whole-" + parts.size()),
                parts.stream().map(Part::blob).toList());
    }

    private StoredObject complete(Upload upload, List<Part> parts) {
        return index.complete(BUCKET, upload.key(), upload.id(), parts, join(parts), Precondition.NONE);
    }

    @Test
    void parts_become_one_object_that_counts_once() {
        Upload upload = begin("big");
        Part two = part(upload, 2, 200);
        Part one = part(upload, 1, 300);
        assertThat(used()).as("parts are charged when they arrive").isEqualTo(500);
        assertThat(index.parts(BUCKET, key("big"), upload.id())).containsExactly(one, two);
        assertThat(index.uploads(BUCKET)).containsExactly(upload);

        StoredObject object = complete(upload, List.of(one, two));

        assertThat(object.sizeBytes()).isEqualTo(500);
        assertThat(object.etag().value()).isEqualTo("whole-2");
        assertThat(object.attributes()).isEqualTo(ObjectAttributes.TEXT);
        assertThat(used()).isEqualTo(500);
        assertThat(garbage()).isEmpty();
        assertThat(index.uploads(BUCKET)).isEmpty();
        assertThat(index.unknown(List.of(one.blob(), two.blob(), object.blob())))
                .isEmpty();

        index.delete(BUCKET, List.of(key("big")));
        assertThat(used()).isZero();
        assertThat(garbage()).containsExactlyInAnyOrder(one.blob(), two.blob(), object.blob());
    }

    @Test
    void parts_left_out_of_the_completion_are_dropped() {
        Upload upload = begin("big");
        Part one = part(upload, 1, 300);
        Part two = part(upload, 2, 200);

        complete(upload, List.of(two));

        assertThat(used()).isEqualTo(200);
        assertThat(garbage()).containsExactly(one.blob());
    }

    @Test
    void a_part_sent_again_replaces_the_first_one() {
        Upload upload = begin("big");
        Part first = part(upload, 1, 600);
        Part second = part(upload, 1, 900);

        assertThat(used()).isEqualTo(900);
        assertThat(garbage()).containsExactly(first.blob());
        assertFault(StorageFault.INVALID_PART, () -> complete(upload, List.of(first)));
        complete(upload, List.of(second));
    }

    @Test
    void a_part_beyond_the_quota_is_refused_and_abort_gives_back() {
        Upload upload = begin("big");
        Part one = part(upload, 1, 600);
        assertFault(StorageFault.QUOTA_EXCEEDED, () -> part(upload, 2, 401));
        assertThat(index.parts(BUCKET, key("big"), upload.id())).containsExactly(one);

        index.abort(BUCKET, key("big"), upload.id());

        assertThat(used()).isZero();
        assertThat(garbage()).containsExactly(one.blob());
        assertFault(StorageFault.NO_SUCH_UPLOAD, () -> index.parts(BUCKET, key("big"), upload.id()));
    }

    @Test
    void an_upload_is_known_only_with_its_key_and_until_it_ends() {
        Upload upload = begin("big");
        Part one = part(upload, 1, 1);
        assertFault(StorageFault.NO_SUCH_UPLOAD, () -> index.upload(BUCKET, key("other"), upload.id()));
        assertFault(StorageFault.NO_SUCH_UPLOAD, () -> index.upload(BUCKET, key("big"), new UploadId("none")));

        complete(upload, List.of(one));

        assertThat(index.parts(BUCKET, key("big"), upload.id()))
                .as("no parts tell that it was completed")
                .isEmpty();
        assertFault(StorageFault.NO_SUCH_UPLOAD, () -> part(upload, 2, 1));
        assertFault(StorageFault.NO_SUCH_UPLOAD, () -> complete(upload, List.of(one)));
        assertFault(StorageFault.NO_SUCH_UPLOAD, () -> index.abort(BUCKET, key("big"), upload.id()));
        index.forgetCompleted(Instant.now().plus(Duration.ofDays(1)));
        assertFault(StorageFault.NO_SUCH_UPLOAD, () -> index.parts(BUCKET, key("big"), upload.id()));
    }

    @Test
    void a_completion_may_be_conditional() {
        put("big", 1);
        Upload upload = begin("big");
        List<Part> parts = List.of(part(upload, 1, 1));

        assertFault(
                StorageFault.PRECONDITION_FAILED,
                () -> index.complete(BUCKET, key("big"), upload.id(), parts, join(parts), Precondition.ABSENT));
        assertThat(index.parts(BUCKET, key("big"), upload.id())).isEqualTo(parts);
        complete(upload, parts);
    }

    @Test
    void old_uploads_are_found() {
        Upload upload = begin("b");
        Upload second = begin("a");

        assertThat(index.uploads(BUCKET)).containsExactly(second, upload);
        assertThat(index.uploadsBefore(Instant.now().plusSeconds(60), 10)).containsExactlyInAnyOrder(upload, second);
        assertThat(index.uploadsBefore(Instant.now().minusSeconds(60), 10)).isEmpty();
        assertThat(index.uploadsBefore(Instant.now().plusSeconds(60), 1)).hasSize(1);
    }

    @Test
    void a_composite_can_be_copied_and_held() {
        Upload upload = begin("big");
        List<Part> parts = List.of(part(upload, 1, 10), part(upload, 2, 20));
        StoredObject whole = complete(upload, parts);
        index.copy(BUCKET, key("big"), key("copy"), Precondition.NONE);
        var snapshot = new SnapshotId("job_1/shards");
        index.snapshot(snapshot, BUCKET, List.of("copy"));

        index.deletePrefix(BUCKET, "");
        assertThat(used()).isEqualTo(30);
        assertThat(garbage()).isEmpty();

        index.release(snapshot);
        assertThat(used()).isZero();
        assertThat(garbage())
                .containsExactlyInAnyOrder(
                        whole.blob(), parts.get(0).blob(), parts.get(1).blob());
    }

    // ---- snapshots

    @Test
    void a_snapshot_keeps_what_is_overwritten_or_deleted() {
        StoredObject code = put("jobs/x/code/model_def.py", 10);
        StoredObject shard = put("jobs/x/shards/1.zip", 100);
        put("jobs/y/code/model_def.py", 1);
        var id = new SnapshotId("job_1/inputs");

        List<SnapshotEntry> entries = index.snapshot(id, BUCKET, List.of("jobs/x/shards/", "jobs/x/code/"));

        assertThat(entries)
                .containsExactly(
                        new SnapshotEntry(code.key(), code.blob(), 10, code.etag()),
                        new SnapshotEntry(shard.key(), shard.blob(), 100, shard.etag()));
        put("jobs/x/code/model_def.py", 20);
        index.deletePrefix(BUCKET, "jobs/x/shards/");
        assertThat(index.entries(id)).isEqualTo(entries);
        assertThat(used()).as("both codes and the shard count").isEqualTo(10 + 20 + 100 + 1);
        assertThat(garbage()).isEmpty();

        index.release(id, List.of(shard.key(), key("none")));
        assertThat(index.entries(id)).containsExactly(entries.getFirst());
        assertThat(garbage()).containsExactly(shard.blob());
        index.release(id);
        index.release(id);
        assertThat(index.entries(id)).isEmpty();
        assertThat(used()).isEqualTo(21);
    }

    @Test
    void a_snapshot_of_keys_needs_every_key() {
        StoredObject a = put("a", 1);
        put("ab", 1);
        var id = new SnapshotId("s");

        assertFault(StorageFault.NO_SUCH_KEY, () -> index.snapshotKeys(id, BUCKET, List.of(key("a"), key("missing"))));
        assertThat(index.entries(id)).isEmpty();
        assertThat(index.snapshotKeys(id, BUCKET, List.of(key("a"))))
                .extracting(SnapshotEntry::blob)
                .containsExactly(a.blob());
        assertFault(StorageFault.SNAPSHOT_EXISTS, () -> index.snapshot(id, BUCKET, List.of("ab")));
        index.release(id);
        index.snapshot(id, BUCKET, List.of("ab"));
    }

    @Test
    void overlapping_prefixes_take_an_object_once() {
        put("a/b", 7);
        var id = new SnapshotId("s");

        assertThat(index.snapshot(id, BUCKET, List.of("a/", "a/b", ""))).hasSize(1);
        index.release(id);
        index.deletePrefix(BUCKET, "");

        assertThat(used()).isZero();
    }

    @Test
    void blobs_without_an_object_are_held_and_replaced() {
        var id = new SnapshotId("job_1/models");
        Blob model0 = blob(100);
        Blob model1 = blob(100);
        index.hold(id, BUCKET, List.of(object("model/0", model0), object("model/1", model1)));
        assertThat(used()).isEqualTo(200);

        Blob again = blob(150);
        index.hold(id, BUCKET, List.of(object("model/0", again)));
        assertThat(used()).isEqualTo(250);
        assertThat(garbage()).containsExactly(model0.id());
        assertThat(index.entries(id)).extracting(SnapshotEntry::blob).containsExactly(again.id(), model1.id());

        assertFault(
                StorageFault.QUOTA_EXCEEDED,
                () -> index.hold(id, BUCKET, List.of(object("model/2", blob(1)), object("model/3", blob(750)))));
        assertThat(index.entries(id)).hasSize(2);

        index.publish(BUCKET, List.of(object("out/checkpoint_round_1.pt", model1)));
        index.release(id);
        assertThat(used()).as("a held blob can become an object").isEqualTo(100);
    }

    @Test
    void a_snapshot_shares_what_another_one_keeps_and_outlives_it() {
        StoredObject code = put("jobs/x/code/model_def.py", 10);
        StoredObject shard = put("jobs/x/shards/1.zip", 100);
        var first = new SnapshotId("job_1");
        var second = new SnapshotId("job_2");
        index.snapshot(first, BUCKET, List.of("jobs/x/"));
        put("jobs/x/shards/1.zip", 200);
        index.snapshotKeys(second, BUCKET, List.of(shard.key()));

        index.share(first, second, BUCKET);
        index.share(new SnapshotId("unknown"), second, BUCKET);

        assertThat(index.entries(second)).extracting(SnapshotEntry::key).containsExactly(code.key(), shard.key());
        assertThat(index.entries(second))
                .as("its own entry stays")
                .extracting(SnapshotEntry::sizeBytes)
                .containsExactly(10L, 200L);
        assertThat(used()).as("shared is not charged again").isEqualTo(10 + 100 + 200);
        index.release(first);
        index.deletePrefix(BUCKET, "");
        assertThat(used()).isEqualTo(10 + 200);
        assertThat(index.entries(second)).hasSize(2);
        index.release(second);
        assertThat(used()).isZero();
    }

    @Test
    void a_snapshot_of_another_bucket_is_not_shared() {
        var other = new BucketName("another-bucket");
        index.createBucket(new OwnerId("somebody-else"), other, 1_000);
        put("a", 1);
        var mine = new SnapshotId("mine");
        index.snapshot(mine, BUCKET, List.of("a"));

        assertFault(StorageFault.SNAPSHOT_EXISTS, () -> index.share(mine, new SnapshotId("theirs"), other));
        assertThat(index.entries(new SnapshotId("theirs"))).isEmpty();
    }

    // ---- reservations

    @Test
    void a_reservation_counts_as_used_until_it_is_given_back() {
        var id = new ReservationId("job_1/checkpoint");
        index.reserve(id, BUCKET, 600);
        assertThat(index.bucket(BUCKET).reservedBytes()).isEqualTo(600);
        assertThat(index.bucket(BUCKET).freeBytes()).isEqualTo(400);
        assertFault(StorageFault.QUOTA_EXCEEDED, () -> put("a", 401));

        index.reserve(id, BUCKET, 800);
        assertFault(StorageFault.QUOTA_EXCEEDED, () -> index.reserve(id, BUCKET, 1001));
        assertThat(index.bucket(BUCKET).reservedBytes()).isEqualTo(800);
        put("a", 200);

        index.unreserve(id);
        index.unreserve(id);
        assertThat(index.bucket(BUCKET).reservedBytes()).isZero();
        put("b", 800);
        assertFault(StorageFault.QUOTA_EXCEEDED, () -> index.reserve(id, BUCKET, 1));
    }

    // ---- garbage

    @Test
    void garbage_is_told_by_age_until_it_is_forgotten() {
        StoredObject gone = put("a", 1);
        StoredObject kept = put("b", 1);
        index.delete(BUCKET, List.of(key("a")));
        BlobId orphan = BlobId.random(random);

        assertThat(index.garbage(Instant.now().minus(Duration.ofHours(1)), 10)).isEmpty();
        assertThat(index.unknown(List.of(gone.blob(), kept.blob(), orphan))).containsExactly(orphan);

        index.forgetGarbage(garbage());
        assertThat(garbage()).isEmpty();
        assertThat(index.unknown(List.of(gone.blob(), kept.blob(), orphan)))
                .containsExactlyInAnyOrder(gone.blob(), orphan);
    }

    @Test
    void everything_that_was_ever_charged_is_given_back() {
        index.changeQuota(BUCKET, 100_000);
        var steps = new Random(11);
        for (int i = 0; i < 300; i++) {
            String key = "k" + steps.nextInt(8);
            var snapshot = new SnapshotId("s" + steps.nextInt(4));
            switch (steps.nextInt(7)) {
                case 0, 1 -> put(key, steps.nextInt(50));
                case 2 -> index.delete(BUCKET, List.of(key(key), key("k1")));
                case 3 -> {
                    if (index.find(BUCKET, key(key)).isPresent()) {
                        index.copy(BUCKET, key(key), key("k" + steps.nextInt(8)), Precondition.NONE);
                    }
                }
                case 4 -> {
                    index.release(snapshot);
                    index.snapshot(snapshot, BUCKET, List.of("k1", "k2", "k3"));
                }
                case 5 -> index.movePrefix(BUCKET, key, "k" + steps.nextInt(8));
                default -> {
                    Upload upload = begin(key);
                    List<Part> parts = List.of(part(upload, 1, steps.nextInt(9)), part(upload, 2, 3));
                    if (steps.nextBoolean()) {
                        complete(upload, parts.subList(0, 1 + steps.nextInt(2)));
                    } else {
                        index.abort(BUCKET, key(key), upload.id());
                    }
                }
            }
        }

        index.deletePrefix(BUCKET, "");
        for (int i = 0; i < 4; i++) {
            index.release(new SnapshotId("s" + i));
        }
        assertThat(used()).isZero();
    }
}
