package dev.roundelay.worker.workdir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeZipTest {
    @TempDir
    Path folder;

    private final SafeZip zips = new SafeZip(10, 1_000_000, 100, 10_000);

    @Test
    void plain_files_and_folders_are_unpacked() throws Exception {
        Path archive = zip(out -> {
            add(out, "a/b/ü.txt", "one");
            add(out, "./c.txt", "two");
            out.putArchiveEntry(new ZipArchiveEntry("empty/"));
            out.closeArchiveEntry();
        });

        assertThat(zips.unpack(archive, "shard_1.zip", folder.resolve("t"))).isEqualTo(2);
        assertThat(folder.resolve("t/a/b/ü.txt")).hasContent("one");
        assertThat(folder.resolve("t/c.txt")).hasContent("two");
        assertThat(folder.resolve("t/empty")).isDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/../../x", "/etc/x", "C:/x", "a\\b", "a\u0007b"})
    void a_name_that_leads_elsewhere_is_refused(String name) throws Exception {
        // The library's writer normalises some names, so the bytes are put in place afterwards.
        String stand = "N".repeat(name.getBytes(StandardCharsets.UTF_8).length);
        Path archive = zip(out -> add(out, stand, "x"));
        byte[] bytes = Files.readAllBytes(archive);
        String text = new String(bytes, StandardCharsets.ISO_8859_1).replace(stand, name);
        Files.write(archive, text.getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> zips.unpack(archive, "shard_1.zip", folder.resolve("t")))
                .isInstanceOf(WorkdirException.class)
                .hasMessageStartingWith("[shard_1.zip, entry ");
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void links_are_refused() throws Exception {
        Path archive = zip(out -> {
            ZipArchiveEntry link = new ZipArchiveEntry("link");
            link.setUnixMode(0120777);
            out.putArchiveEntry(link);
            out.write("/etc/passwd".getBytes(StandardCharsets.UTF_8));
            out.closeArchiveEntry();
        });

        assertThatThrownBy(() -> zips.unpack(archive, "s.zip", folder.resolve("t")))
                .hasMessageContaining("entry link")
                .hasMessageContaining("link or special file");
    }

    @Test
    void the_same_name_twice_is_refused() throws Exception {
        Path archive = zip(out -> {
            add(out, "a", "1");
            add(out, "./a", "2");
        });

        assertThatThrownBy(() -> zips.unpack(archive, "s.zip", folder.resolve("t")))
                .hasMessageContaining("twice");
    }

    @Test
    void a_file_that_is_also_a_folder_is_refused() throws Exception {
        Path archive = zip(out -> {
            add(out, "a", "1");
            add(out, "a/b", "2");
        });

        assertThatThrownBy(() -> zips.unpack(archive, "s.zip", folder.resolve("t")))
                .isInstanceOf(WorkdirException.class);
    }

    @Test
    void too_many_entries_are_refused() throws Exception {
        Path archive = zip(out -> {
            for (int i = 0; i < 11; i++) {
                add(out, "f" + i, "");
            }
        });

        assertThatThrownBy(() -> zips.unpack(archive, "s.zip", folder.resolve("t")))
                .hasMessageContaining("more than 10 entries");
    }

    @Test
    void a_bomb_is_refused_by_its_ratio() throws Exception {
        Path archive = zip(out -> add(out, "zeros", "0".repeat(900_000)));

        assertThatThrownBy(() -> zips.unpack(archive, "s.zip", folder.resolve("t")))
                .hasMessageContaining("entry zeros")
                .hasMessageContaining("unpacks to more than");
    }

    @Test
    void a_damaged_entry_is_named() throws Exception {
        Path archive =
                zip(out -> add(out, "a", "some text that is long enough to be compressed, compressed, compressed"));
        byte[] bytes = Files.readAllBytes(archive);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\u0001\u0002") - 8] ^= 0x55;
        Files.write(archive, bytes);

        assertThatThrownBy(() -> zips.unpack(archive, "s.zip", folder.resolve("t")))
                .isInstanceOf(WorkdirException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no zip at all", "PK\u0003\u0004 cut off"})
    void what_is_no_zip_is_refused(String content) throws Exception {
        Path archive = Files.writeString(folder.resolve("s.zip"), content);

        assertThatThrownBy(() -> zips.unpack(archive, "s.zip", folder.resolve("t")))
                .isInstanceOf(WorkdirException.class)
                .hasMessageStartingWith("[s.zip] is no");
    }

    private interface Content {
        void write(ZipArchiveOutputStream out) throws java.io.IOException;
    }

    private Path zip(Content content) throws Exception {
        Path archive = folder.resolve("made.zip");
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(archive)) {
            content.write(out);
        }
        return archive;
    }

    private static void add(ZipArchiveOutputStream out, String name, String text) throws java.io.IOException {
        out.putArchiveEntry(new ZipArchiveEntry(name));
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.closeArchiveEntry();
    }
}
