package dev.roundelay.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobFacts;
import dev.roundelay.storage.BlobFault;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.ETag;
import dev.roundelay.storage.disk.BlobFiles;
import dev.roundelay.storage.disk.DiskBlobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobFilesTest {
    @TempDir
    Path root;

    @TempDir
    Path elsewhere;

    private DiskBlobStore store;
    private BlobFiles files;
    private BlobFiles target;

    @BeforeEach
    void open() throws IOException {
        store = new DiskBlobStore(root, new SecureRandom()).start();
        files = BlobFiles.of(root);
        target = BlobFiles.ownersOnly(elsewhere);
        target.createFolders();
    }

    @Test
    void a_copy_has_the_bytes_and_no_other_reader() throws IOException {
        byte[] bytes = new byte[700_000];
        new Random(1).nextBytes(bytes);
        Blob part = store.put(bytes);
        Blob empty = store.put(new byte[0]);
        Blob whole = store.compose(List.of(part.id(), empty.id()), new ETag("w-2"));

        for (BlobFacts blob : List.of(facts(part), facts(empty), facts(whole))) {
            assertThat(files.check(blob)).isEmpty();
            assertThat(files.copyTo(target, blob)).isEmpty();
            target.forceIfThere(blob);
            assertThat(target.check(blob)).isEmpty();
            assertThat(Files.getPosixFilePermissions(elsewhere.resolve(target.name(blob))))
                    .hasSize(2);
        }
        assertThat(new DiskBlobStore(elsewhere, new SecureRandom())
                        .open(whole.id())
                        .readAllBytes())
                .isEqualTo(bytes);
        assertThat(target.parts(whole.id())).containsExactly(part.id(), empty.id());
    }

    @Test
    void a_flipped_byte_a_cut_a_lengthened_and_a_missing_file_are_found_and_not_copied() throws IOException {
        assertThat(damaged(bytes -> bytes[1] ^= 1)).contains("other bytes");
        Blob cut = store.put(new byte[] {1, 2, 3});
        Files.write(file(cut), new byte[] {1, 2});
        assertThat(faultOf(cut)).isEqualTo("has 2 bytes instead of 3");
        Files.write(file(cut), new byte[] {1, 2, 3, 4});
        assertThat(faultOf(cut)).isEqualTo("has 4 bytes instead of 3");
        Files.delete(file(cut));
        assertThat(faultOf(cut)).isEqualTo("is missing");
    }

    @Test
    void a_composite_without_a_part_or_with_a_damaged_list_is_found() throws IOException {
        Blob part = store.put(new byte[] {1, 2, 3});
        Blob whole = store.compose(List.of(part.id()), new ETag("w-1"));
        Path list = root.resolve(files.name(facts(whole)));

        Files.writeString(list, Files.readString(list).replace(" 3", " 4"));
        assertThat(faultOf(whole)).isEqualTo("has a damaged list of parts");
        Files.writeString(list, "");
        assertThat(faultOf(whole)).isEqualTo("has a damaged list of parts");
        Blob other = store.compose(List.of(part.id()), new ETag("w-1"));
        Files.delete(file(part));
        assertThat(faultOf(other)).isEqualTo("lacks its part " + part.id());
    }

    @Test
    void a_link_is_made_only_of_what_has_the_right_length() throws IOException {
        Blob blob = store.put(new byte[] {1, 2, 3});
        assertThat(files.linkTo(target, facts(blob))).isTrue();
        assertThat(Files.isSameFile(file(blob), elsewhere.resolve(target.name(facts(blob)))))
                .isTrue();

        Blob cut = store.put(new byte[] {1, 2, 3});
        Files.write(file(cut), new byte[] {1});
        assertThat(files.linkTo(target, facts(cut))).isFalse();
        assertThat(files.linkTo(target, new BlobFacts(new BlobId("0".repeat(32)), 1, 0, false)))
                .isFalse();
    }

    @Test
    void every_blob_is_passed_on_once() throws IOException {
        List<BlobId> ids = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ids.add(store.put(new byte[] {(byte) i}).id());
        }
        ids.add(store.compose(ids.subList(0, 2), new ETag("w-2")).id());

        List<BlobId> seen = new ArrayList<>();
        for (int folder = 0; folder < BlobFiles.FOLDERS; folder++) {
            files.forEach(folder, (blob, _) -> seen.add(blob));
        }

        assertThat(seen).containsExactlyInAnyOrderElementsOf(ids);
    }

    private interface Damage {
        void to(byte[] bytes);
    }

    private String damaged(Damage damage) throws IOException {
        Blob blob = store.put(new byte[] {1, 2, 3});
        byte[] bytes = Files.readAllBytes(file(blob));
        damage.to(bytes);
        Files.write(file(blob), bytes);
        return faultOf(blob);
    }

    private String faultOf(Blob blob) throws IOException {
        Optional<BlobFault> checked = files.check(facts(blob));
        assertThat(files.copyTo(target, facts(blob))).isEqualTo(checked);
        assertThat(elsewhere.resolve(target.name(facts(blob)))).doesNotExist();
        return checked.map(BlobFault::what).orElse("");
    }

    private Path file(Blob blob) {
        return root.resolve(files.name(facts(blob)));
    }

    private static BlobFacts facts(Blob blob) {
        return new BlobFacts(blob.id(), blob.sizeBytes(), blob.crc32c(), blob.isComposite());
    }
}
