package dev.roundelay.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.ETag;
import dev.roundelay.storage.disk.DiskBlobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskBlobStoreTest extends BlobStoreContract {
    @TempDir
    Path root;

    @Override
    protected BlobStore createStore() throws IOException {
        return new DiskBlobStore(root, new SecureRandom()).start();
    }

    @Override
    protected Instant later() {
        return Instant.now().plus(Duration.ofHours(1));
    }

    @Test
    void a_plain_blob_is_one_file_to_map() throws IOException {
        BlobStore store = createStore();
        Blob blob = store.put(new byte[] {1, 2, 3});

        Path file = store.findFile(blob.id()).orElseThrow();

        assertThat(file).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(root.relativize(file))
                .isEqualTo(Path.of(blob.id().value().substring(0, 2), blob.id().value()));
    }

    @Test
    void blobs_survive_reopening_and_leftovers_are_removed_by_age() throws IOException {
        BlobStore store = createStore();
        Blob part = store.put(new byte[] {1, 2});
        Blob whole = store.compose(List.of(part.id()), new ETag("w-1"));
        Path leftover = store.newFile();
        Files.write(leftover, new byte[5]);

        BlobStore reopened = createStore();

        assertThat(reopened.open(whole.id()).readAllBytes()).containsExactly(1, 2);
        assertThat(reopened.removeUnfinished(Instant.now().minusSeconds(60))).isZero();
        assertThat(leftover).exists();
        assertThat(reopened.removeUnfinished(Instant.MAX)).isEqualTo(1);
        assertThat(leftover).doesNotExist();
    }

    @Test
    void a_damaged_list_of_parts_is_told() throws IOException {
        BlobStore store = createStore();
        Blob part = store.put(new byte[] {1, 2});
        Blob whole = store.compose(List.of(part.id()), new ETag("w-1"));
        Path list;
        try (Stream<Path> files = Files.walk(root)) {
            list = files.filter(file -> file.toString().endsWith(".parts"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.writeString(list, Files.readString(list).replace(" 2\n", " 1\n"));

        assertThatThrownBy(() -> store.open(whole.id()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("its list of parts is damaged");
    }
}
