package dev.roundelay.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/// Zip archives, good ones and such as nobody should unpack.
public final class Zips {
    private static final byte[] BYTES = {1, 2, 3};

    private Zips() {}

    /// Returns a zip with a few bytes in each of these files.
    public static byte[] of(String... names) {
        return build(zip -> {
            for (String name : names) {
                zip.putArchiveEntry(new ZipArchiveEntry(name));
                zip.write(BYTES);
                zip.closeArchiveEntry();
            }
        });
    }

    /// Returns a zip that holds a symbolic link.
    public static byte[] withLink() {
        return build(zip -> {
            ZipArchiveEntry entry = new ZipArchiveEntry("link");
            entry.setUnixMode(0120777);
            zip.putArchiveEntry(entry);
            zip.write("/etc/passwd".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            zip.closeArchiveEntry();
        });
    }

    /// Returns a zip whose headers promise these sizes, whatever is in it.
    public static byte[] claiming(long... sizes) {
        return build(zip -> {
            for (int i = 0; i < sizes.length; i++) {
                raw(zip, "file" + i, sizes[i]);
            }
        });
    }

    /// Returns a zip with an entry whose header says that it is encrypted.
    public static byte[] encrypted() {
        byte[] zip = of("secret.txt");
        // Bit 0 of the general purpose flag: 6 bytes into the local header, 8 into the central one.
        zip[6] |= 1;
        for (int i = 0; i < zip.length - 4; i++) {
            if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2) {
                zip[i + 8] |= 1;
            }
        }
        return zip;
    }

    private static void raw(ZipArchiveOutputStream zip, String name, long size) throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        CRC32 crc = new CRC32();
        crc.update(BYTES);
        entry.setMethod(ZipArchiveEntry.DEFLATED);
        entry.setSize(size);
        entry.setCompressedSize(BYTES.length);
        entry.setCrc(crc.getValue());
        zip.addRawArchiveEntry(entry, new ByteArrayInputStream(BYTES));
    }

    private interface Content {
        void write(ZipArchiveOutputStream zip) throws IOException;
    }

    private static byte[] build(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
            content.write(zip);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
