package dev.roundelay.contract.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZipEntryCountTest {
    @TempDir
    Path folder;

    // 70,000 entries need ZIP64; 1,500 more than one window of headers.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_500, 70_000})
    void every_entry_is_counted(int entries) throws IOException {
        assertThat(count(zip(entries, ""), ZipEntryCount.MOST)).isEqualTo(entries);
    }

    @Test
    void more_than_the_most_are_not_counted() throws IOException {
        assertThat(count(zip(50, ""), 20)).isEqualTo(21);
    }

    @Test
    void few_entries_with_much_to_say_are_as_many_as_too_many() throws IOException {
        assertThat(count(zip(520, "", "n".repeat(65_000)), ZipEntryCount.MOST)).isEqualTo(ZipEntryCount.MOST + 1);
        assertThat(count(zip(500, "", "n".repeat(65_000)), ZipEntryCount.MOST)).isEqualTo(500);
    }

    @Test
    void a_comment_and_bytes_before_the_archive_change_nothing() throws IOException {
        ByteArrayOutputStream stub = new ByteArrayOutputStream();
        stub.writeBytes("#!/bin/sh\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        stub.writeBytes(zip(7, "a comment"));

        assertThat(count(stub.toByteArray(), 20)).isEqualTo(7);
    }

    @Test
    void what_is_no_zip_has_none() throws IOException {
        assertThat(count(new byte[0], 20)).isZero();
        assertThat(count(new byte[100], 20)).isZero();
        byte[] whole = zip(3, "");
        for (int length = 0; length < whole.length; length++) {
            assertThat(count(java.util.Arrays.copyOf(whole, length), 20)).isZero();
        }
    }

    private int count(byte[] bytes, int most) throws IOException {
        Path file = Files.write(folder.resolve("archive"), bytes);
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            return ZipEntryCount.of(channel, most);
        }
    }

    private byte[] zip(int entries, String comment) throws IOException {
        return zip(entries, comment, "file-");
    }

    private byte[] zip(int entries, String comment, String name) throws IOException {
        Path file = folder.resolve("made");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(new java.io.BufferedOutputStream(out))) {
            zip.setComment(comment);
            for (int i = 0; i < entries; i++) {
                zip.putNextEntry(new ZipEntry(name + i));
                zip.closeEntry();
            }
        }
        return Files.readAllBytes(file);
    }
}
