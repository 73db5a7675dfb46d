package dev.roundelay.server.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.server.Zips;
import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.storage.memory.MemoryBlobStore;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardCheckTest {
    private final BlobStore blobs = new MemoryBlobStore(new Random(1), InstantSource.system());

    @Test
    void plain_files_in_folders_are_accepted() throws IOException {
        assertThat(problem(Zips.of("a.txt", "folder/b.txt", "Ünïcode/c d.txt", "a..b", "..c/d")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "a/../../b", "..", "a/.."})
    void a_name_that_leaves_the_folder_is_refused(String name) throws IOException {
        assertThat(problem(Zips.of(name)).orElseThrow()).contains("..");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "C:/windows", "a\u0007b"})
    void an_absolute_or_unprintable_name_is_refused(String name) throws IOException {
        assertThat(problem(Zips.of(name))).isPresent();
    }

    @Test
    void a_link_is_refused() throws IOException {
        assertThat(problem(Zips.withLink()).orElseThrow()).contains("link");
    }

    @Test
    void an_encrypted_entry_is_refused() throws IOException {
        assertThat(problem(Zips.encrypted()).orElseThrow()).contains("encrypted");
    }

    @Test
    void a_name_twice_is_refused() throws IOException {
        assertThat(problem(Zips.of("a", "a")).orElseThrow()).contains("twice");
    }

    @Test
    void an_empty_zip_is_refused() throws IOException {
        assertThat(problem(Zips.of()).orElseThrow()).contains("empty");
    }

    @Test
    void a_bomb_is_refused_by_what_its_headers_claim() throws IOException {
        assertThat(problem(Zips.claiming(1L << 40)).orElseThrow()).contains("unpack");
        assertThat(problem(Zips.claiming(1L << 29, 1L << 29, 1L << 29)).orElseThrow())
                .contains("unpack");
    }

    @Test
    void sizes_that_overflow_when_added_are_refused() throws IOException {
        assertThat(problem(Zips.claiming(1, Long.MAX_VALUE)).orElseThrow()).contains("unpack");
    }

    /// The library would hold them all in memory before one could be looked at.
    @Test
    void more_entries_than_a_worker_can_hold_are_refused_before_they_are_read() throws IOException {
        String[] names = java.util.stream.IntStream.rangeClosed(0, ShardCheck.MAX_ENTRIES)
                .mapToObj(i -> "f" + i)
                .toArray(String[]::new);

        assertThat(problem(Zips.of(names)).orElseThrow()).contains("more than 100,000 entries");
    }

    @Test
    void anything_but_a_zip_is_refused() throws IOException {
        byte[] whole = Zips.of("a.txt", "b.txt");

        assertThat(problem(new byte[0]).orElseThrow()).contains("no readable zip");
        assertThat(problem(new byte[100]).orElseThrow()).contains("no readable zip");
        assertThat(problem(Arrays.copyOf(whole, whole.length / 2)).orElseThrow())
                .contains("no readable zip");
    }

    @Test
    void damage_anywhere_is_refused_or_harmless_but_never_a_fault() throws IOException {
        byte[] whole = Zips.of("a.txt", "folder/b.txt");
        Random random = new Random(5);
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = whole.clone();
            for (int j = random.nextInt(4); j >= 0; j--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            assertThat(problem(damaged)).isNotNull();
        }
    }

    private Optional<String> problem(byte[] bytes) throws IOException {
        Blob blob = blobs.put(bytes);
        return new ShardCheck(blobs).problem(entry(blob));
    }

    private static SnapshotEntry entry(Blob blob) {
        return new SnapshotEntry(new ObjectKey("shards/a.zip"), blob.id(), blob.sizeBytes(), blob.etag());
    }
}
