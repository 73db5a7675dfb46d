package dev.roundelay.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.BlobSweeper;
import dev.roundelay.storage.BlobSweeper.Swept;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.ObjectStore;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.disk.DiskBlobStore;
import dev.roundelay.storage.memory.MemoryBucketIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobSweeperTest {
    private static final BucketName BUCKET = new BucketName("main-bucket");

    @TempDir
    Path root;

    private Instant now = Instant.now();
    private BlobStore blobs;
    private MemoryBucketIndex index;
    private BlobSweeper sweeper;
    private boolean held;

    @BeforeEach
    void open() throws IOException {
        blobs = new DiskBlobStore(root, new SecureRandom()).start();
        index = new MemoryBucketIndex(() -> now, new SecureRandom());
        index.createBucket(new OwnerId("usr_1"), BUCKET, 1000);
        sweeper = new BlobSweeper(blobs, index, () -> now, Duration.ofMinutes(1), Duration.ofHours(1), () -> held);
    }

    @Test
    void garbage_goes_after_its_grace_and_what_is_referred_to_stays() throws IOException {
        var objects = new ObjectStore(blobs, index);
        var key = new ObjectKey("k");
        Blob kept = blobs.put(new byte[] {1});
        index.put(BUCKET, new NewObject(new ObjectKey("kept"), kept, ObjectAttributes.DEFAULT), Precondition.NONE);
        Blob gone = blobs.put(new byte[] {2});
        index.put(BUCKET, new NewObject(key, gone, ObjectAttributes.DEFAULT), Precondition.NONE);
        objects.index().delete(BUCKET, List.of(key));

        assertThat(sweeper.sweep()).isEqualTo(new Swept(0, 0, 0));
        assertThat(blobs.contains(gone.id())).isTrue();
        now = now.plus(Duration.ofMinutes(2));
        assertThat(sweeper.sweep()).isEqualTo(new Swept(1, 0, 0));
        assertThat(blobs.contains(gone.id())).isFalse();
        assertThat(blobs.contains(kept.id())).isTrue();
        assertThat(sweeper.sweep()).isEqualTo(new Swept(0, 0, 0));
    }

    @Test
    void orphans_and_unfinished_files_go_after_their_grace() throws IOException {
        Blob orphan = blobs.put(new byte[] {1});
        Files.write(blobs.newFile(), new byte[] {2});

        assertThat(sweeper.sweep()).isEqualTo(new Swept(0, 0, 0));
        now = now.plus(Duration.ofHours(2));
        assertThat(sweeper.sweep()).isEqualTo(new Swept(0, 1, 1));
        assertThat(blobs.contains(orphan.id())).isFalse();
    }

    @Test
    void nothing_is_deleted_while_somebody_holds_the_blobs() throws IOException {
        var key = new ObjectKey("k");
        Blob garbage = blobs.put(new byte[] {1});
        index.put(BUCKET, new NewObject(key, garbage, ObjectAttributes.DEFAULT), Precondition.NONE);
        index.delete(BUCKET, List.of(key));
        Blob orphan = blobs.put(new byte[] {2});
        now = now.plus(Duration.ofHours(2));

        held = true;
        assertThat(sweeper.sweep()).isEqualTo(new Swept(0, 0, 0));
        assertThat(blobs.contains(garbage.id())).isTrue();
        assertThat(blobs.contains(orphan.id())).isTrue();

        held = false;
        assertThat(sweeper.sweep()).isEqualTo(new Swept(1, 1, 0));
    }

    @Test
    void what_a_former_process_left_unfinished_goes_at_once() throws IOException {
        Files.write(blobs.newFile(), new byte[] {2});

        assertThat(sweeper.removeUnfinished()).isEqualTo(1);
    }
}
