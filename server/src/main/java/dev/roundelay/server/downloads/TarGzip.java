package dev.roundelay.server.downloads;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Packs files so that the same files give the same bytes: no times, no owners, two modes.
final class TarGzip {
    private static final int PLAIN = 0100644;
    private static final int EXECUTABLE = 0100755;

    private TarGzip() {}

    /// A file and its path in the archive.
    record Entry(String name, Path file) {}

    /// Writes the archive; the stream is left open.
    static void write(OutputStream out, List<Entry> entries) throws IOException {
        GZIPOutputStream packed = new GZIPOutputStream(out, 1 << 16);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(packed, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        for (Entry entry : entries) {
            write(tar, entry);
        }
        tar.finish();
        packed.finish();
    }

    private static void write(TarArchiveOutputStream tar, Entry entry) throws IOException {
        TarArchiveEntry header;
        if (Files.isSymbolicLink(entry.file())) {
            header = new TarArchiveEntry(entry.name(), TarConstants.LF_SYMLINK);
            header.setLinkName(Files.readSymbolicLink(entry.file()).toString());
        } else {
            header = new TarArchiveEntry(entry.name());
            header.setSize(Files.size(entry.file()));
            header.setMode(Files.isExecutable(entry.file()) ? EXECUTABLE : PLAIN);
        }
        header.setModTime(FileTime.from(Instant.EPOCH));
        tar.putArchiveEntry(header);
        if (!header.isSymbolicLink()) {
            Files.copy(entry.file(), tar);
        }
        tar.closeArchiveEntry();
    }
}
