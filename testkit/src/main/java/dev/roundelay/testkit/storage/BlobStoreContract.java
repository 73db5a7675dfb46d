package dev.roundelay.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.ETag;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StorageFault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [BlobStore] does.
public abstract class BlobStoreContract {
    private static final ETag TAG = new ETag("whole-2");

    private BlobStore store;

    /// Returns a new, empty store.
    protected abstract BlobStore createStore() throws IOException;

    /// Returns an instant behind everything that the store has written so far.
    protected abstract Instant later();

    @BeforeEach
    void open() throws IOException {
        store = createStore();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private byte[] read(Blob blob, long offset, long length) throws IOException {
        try (InputStream in = store.open(blob.id(), offset, length)) {
            return in.readAllBytes();
        }
    }

    @Test
    void bytes_come_back_with_size_and_checksums() throws IOException {
        Blob blob = store.put(new ByteArrayInputStream(bytes("123456789")), 9);

        assertThat(blob.sizeBytes()).isEqualTo(9);
        assertThat(blob.crc32c()).isEqualTo(0xE306_9283L);
        assertThat(blob.etag().value()).isEqualTo("25f9e794323b453885f5181f1b624d0b");
        assertThat(blob.isComposite()).isFalse();
        assertThat(store.open(blob.id()).readAllBytes()).isEqualTo(bytes("123456789"));
        assertThat(store.contains(blob.id())).isTrue();
    }

    @Test
    void empty_and_large_bodies_are_kept() throws IOException {
        byte[] large = random(3_000_001);

        assertThat(read(store.put(new byte[0]), 0, Long.MAX_VALUE)).isEmpty();
        assertThat(read(store.put(new ByteArrayInputStream(large)), 0, Long.MAX_VALUE))
                .isEqualTo(large);
    }

    @Test
    void ids_are_never_the_same() throws IOException {
        var ids = new HashSet<BlobId>();
        for (int i = 0; i < 50; i++) {
            ids.add(store.put(bytes("same")).id());
        }

        assertThat(ids).hasSize(50);
    }

    @Test
    void a_body_of_another_length_is_refused_and_leaves_nothing() {
        for (long announced : new long[] {8, 10}) {
            assertThatThrownBy(() -> store.put(new ByteArrayInputStream(bytes("123456789")), announced))
                    .isInstanceOfSatisfying(
                            StorageException.class, e -> assertThat(e.fault()).isEqualTo(StorageFault.INCOMPLETE_BODY));
        }
        assertThat(ids()).isEmpty();
        assertThat(unfinished()).isZero();
    }

    @Test
    void a_body_that_breaks_off_leaves_nothing() {
        InputStream breaking = new InputStream() {
            private int left = 100_000;

            @Override
            public int read() throws IOException {
                if (left <= 0) {
                    throw new IOException("cut");
                }
                left--;
                return 7;
            }
        };

        assertThatThrownBy(() -> store.put(breaking, 200_000))
                .isInstanceOf(IOException.class)
                .hasMessage("cut");
        assertThat(ids()).isEmpty();
        assertThat(unfinished()).isZero();
    }

    @Test
    void ranges_are_cut_at_the_end() throws IOException {
        Blob blob = store.put(bytes("0123456789"));

        assertThat(read(blob, 3, 4)).isEqualTo(bytes("3456"));
        assertThat(read(blob, 8, 100)).isEqualTo(bytes("89"));
        assertThat(read(blob, 10, 1)).isEmpty();
        assertThat(read(blob, 11, 1)).isEmpty();
        assertThatThrownBy(() -> store.open(blob.id(), -1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_unknown_blob_is_told() throws IOException {
        BlobId unknown = new BlobId("0123456789abcdef0123456789abcdef");

        assertThat(store.contains(unknown)).isFalse();
        assertThat(store.findFile(unknown)).isEmpty();
        assertNoSuchBlob(unknown);
        store.delete(unknown);
    }

    private void assertNoSuchBlob(BlobId id) {
        assertThatThrownBy(() -> store.open(id))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.fault()).isEqualTo(StorageFault.NO_SUCH_BLOB));
    }

    @Test
    void a_deleted_blob_is_gone_but_an_open_stream_reads_on() throws IOException {
        byte[] large = random(1_000_000);
        Blob blob = store.put(large);
        try (InputStream open = store.open(blob.id())) {
            store.delete(blob.id());

            assertThat(open.readAllBytes()).isEqualTo(large);
        }
        assertNoSuchBlob(blob.id());
        assertThat(ids()).isEmpty();
    }

    @Test
    void a_finished_file_is_adopted() throws IOException {
        Path file = store.newFile();
        Files.write(file, bytes("123456789"));

        Blob blob = store.adopt(file);

        assertThat(file).doesNotExist();
        assertThat(blob.crc32c()).isEqualTo(0xE306_9283L);
        assertThat(blob.sizeBytes()).isEqualTo(9);
        assertThat(blob.etag().value()).isEqualTo(blob.id() + "-1");
        assertThat(read(blob, 0, 100)).isEqualTo(bytes("123456789"));
    }

    @Test
    void an_adopted_file_counts_as_new_however_old_it_is() throws IOException {
        Path file = store.newFile();
        Files.write(file, bytes("old"));
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));

        store.adopt(file);

        var old = new ArrayList<BlobId>();
        store.forEachWrittenBefore(later().minus(Duration.ofDays(1)), old::add);
        assertThat(old).isEmpty();
    }

    @Test
    void parts_are_joined_without_copying() throws IOException {
        Blob one = store.put(bytes("01234"));
        Blob two = store.put(new byte[0]);
        Blob three = store.put(bytes("56789"));

        Blob whole = store.compose(List.of(one.id(), two.id(), three.id()), TAG);

        assertThat(whole.isComposite()).isTrue();
        assertThat(whole.parts()).containsExactly(one.id(), two.id(), three.id());
        assertThat(whole.sizeBytes()).isEqualTo(10);
        assertThat(whole.etag()).isEqualTo(TAG);
        assertThat(read(whole, 0, 100)).isEqualTo(bytes("0123456789"));
        for (int from = 0; from <= 10; from++) {
            for (int length = 0; length <= 11; length++) {
                String expected = "0123456789".substring(from, Math.min(10, from + length));
                assertThat(read(whole, from, length)).as("%d+%d", from, length).isEqualTo(bytes(expected));
            }
        }
        assertThat(store.findFile(whole.id())).isEmpty();
        store.delete(whole.id());
        assertNoSuchBlob(whole.id());
        assertThat(read(one, 0, 100)).isEqualTo(bytes("01234"));
    }

    @Test
    void a_composite_of_very_many_parts_is_read_whole() throws IOException {
        var parts = new ArrayList<BlobId>();
        var expected = new StringBuilder();
        for (int i = 0; i < 150; i++) {
            parts.add(store.put(bytes(i + ",")).id());
            expected.append(i).append(',');
        }

        Blob whole = store.compose(parts, TAG);

        assertThat(read(whole, 0, Long.MAX_VALUE)).isEqualTo(bytes(expected.toString()));
        assertThat(store.open(whole.id()).skip(0)).isZero();
    }

    @Test
    void a_part_that_is_not_there_is_refused() throws IOException {
        Blob one = store.put(bytes("1"));
        store.delete(one.id());

        assertThatThrownBy(() -> store.compose(List.of(one.id()), TAG)).isInstanceOf(StorageException.class);
        assertThat(unfinished()).isZero();
    }

    @Test
    void every_blob_is_listed_with_its_age() throws IOException {
        Blob plain = store.put(bytes("1"));
        Blob composite = store.compose(List.of(plain.id()), TAG);

        assertThat(ids()).containsExactlyInAnyOrder(plain.id(), composite.id());
        var young = new ArrayList<BlobId>();
        store.forEachWrittenBefore(later().minus(Duration.ofDays(1)), young::add);
        assertThat(young).isEmpty();
    }

    @Test
    void blobs_are_written_by_many_threads_at_once() {
        List<Blob> blobs = IntStream.range(0, 64)
                .parallel()
                .mapToObj(i -> {
                    try {
                        return store.put(bytes("blob " + i));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();

        assertThat(ids()).hasSize(64);
        assertThat(blobs).allSatisfy(blob -> assertThat(read(blob, 0, 5)).isEqualTo(bytes("blob ")));
    }

    private List<BlobId> ids() {
        var ids = new ArrayList<BlobId>();
        try {
            store.forEachWrittenBefore(later(), ids::add);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return ids;
    }

    private int unfinished() {
        try {
            return store.removeUnfinished(later());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
