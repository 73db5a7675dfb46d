package dev.roundelay.worker.workdir;

import dev.roundelay.contract.archive.ZipEntryCount;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/// Unpacks archives of users: plain files and folders only, every name inside the target, everything bounded.
///
/// Refused, with the archive's name and the entry: absolute names, `..`, backslashes, control characters, links and
/// other special files, encrypted entries, unknown compression methods, the same name twice, too many entries, too
/// many bytes, and archives that unpack to far more than their own size. Stateless, thread-safe.
///
/// @param maxEntries   files and folders of one archive
/// @param maxBytes     bytes of one archive once unpacked
/// @param maxRatio     unpacked bytes for each byte of the archive
/// @param ratioFree    so many bytes are allowed whatever the ratio
public record SafeZip(int maxEntries, long maxBytes, int maxRatio, long ratioFree) {
    private static final int MAX_DEPTH = 64;

    /// Returns the default limits: 100,000 entries, 100 GB, 200 times the archive's size or 1 GiB.
    public static SafeZip withDefaults() {
        return new SafeZip(ZipEntryCount.MOST, 100_000_000_000L, 200, 1L << 30);
    }

    /// Unpacks an archive into a folder that is empty or absent. Files become 0644, folders 0755.
    ///
    /// @param name what the archive is called in messages, such as `shard_1.zip`
    /// @return the number of files
    /// @throws WorkdirException if the archive is refused or damaged; the folder may then hold a part of it
    /// @throws IOException      if the disk fails
    public int unpack(Path archive, String name, Path target) throws IOException {
        makeFolder(target);
        checkDirectory(archive, name);
        long archiveBytes = Files.size(archive);
        long most = Math.min(maxBytes, Math.max(ratioFree, saturatedProduct(archiveBytes, maxRatio)));
        try (ZipFile zip = open(archive, name)) {
            return unpack(zip, name, target, most);
        } catch (ZipException | java.io.EOFException | IllegalArgumentException e) {
            throw unreadable(name, e);
        }
    }

    // The file could be read when its entries were counted: what fails here is not the disk.
    private static ZipFile open(Path archive, String name) {
        try {
            return ZipFile.builder()
                    .setPath(archive)
                    .setCharset(StandardCharsets.UTF_8)
                    .setUseUnicodeExtraFields(true)
                    .get();
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(name, e);
        }
    }

    private static WorkdirException unreadable(String name, Exception cause) {
        return new WorkdirException(
                "[" + name + "] is no readable zip (" + cause.getMessage() + "); make it again and upload it", cause);
    }

    private int unpack(ZipFile zip, String archive, Path target, long most) throws IOException {
        Set<String> taken = new HashSet<>();
        long bytes = 0;
        int files = 0;
        for (Enumeration<ZipArchiveEntry> all = zip.getEntries(); all.hasMoreElements(); ) {
            ZipArchiveEntry entry = all.nextElement();
            String where = "[" + archive + ", entry " + shown(entry.getName()) + "] ";
            String path = checkedPath(entry, where);
            Path file = path.isEmpty() ? target : target.resolve(path);
            if (entry.isDirectory()) {
                makeFolder(file);
                continue;
            }
            checkKind(zip, entry, where);
            if (path.isEmpty() || !taken.add(path) || Files.exists(file)) {
                throw new WorkdirException(where + "this name is there twice; pack each file once");
            }
            makeFolder(parentOf(file, target));
            bytes += copy(zip, entry, file, most - bytes, where, most);
            files++;
        }
        return files;
    }

    private static long copy(ZipFile zip, ZipArchiveEntry entry, Path file, long left, String where, long most)
            throws IOException {
        if (entry.getSize() > left) {
            throw tooLarge(where, most);
        }
        long written = 0;
        CRC32 checksum = new CRC32();
        try (InputStream in = zip.getInputStream(entry);
                OutputStream out =
                        Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = read(in, buffer, where); n >= 0; n = read(in, buffer, where)) {
                written += n;
                if (written > left) {
                    throw tooLarge(where, most);
                }
                checksum.update(buffer, 0, n);
                out.write(buffer, 0, n);
            }
        }
        if (written != entry.getSize() || checksum.getValue() != entry.getCrc()) {
            throw new WorkdirException(where + "damaged (size or checksum differ); make the archive again");
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return written;
    }

    // Faults of the archive's bytes become the archive's fault; faults of our disk stay IOExceptions.
    private static int read(InputStream in, byte[] buffer, String where) {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw new WorkdirException(where + "damaged (" + e.getMessage() + "); make the archive again", e);
        }
    }

    private static String checkedPath(ZipArchiveEntry entry, String where) {
        String name = entry.getName();
        // The library turns some backslashes into slashes: the bytes of the archive decide.
        String raw = new String(entry.getRawName(), StandardCharsets.ISO_8859_1);
        if (name.startsWith("/") || raw.contains("\\") || name.matches("(?s)^[A-Za-z]:.*")) {
            throw new WorkdirException(where + "not a relative name with forward slashes; pack relative names");
        }
        if (name.codePoints().anyMatch(Character::isISOControl)) {
            throw new WorkdirException(where + "control characters in the name; rename that file");
        }
        StringBuilder path = new StringBuilder();
        int depth = 0;
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                throw new WorkdirException(where + "leads out of the archive; pack names without `..`");
            }
            if (part.getBytes(StandardCharsets.UTF_8).length > 255 || ++depth > MAX_DEPTH) {
                throw new WorkdirException(where + "the name is too long or too deep; shorten it");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                path.append(path.isEmpty() ? "" : "/").append(part);
            }
        }
        return path.toString();
    }

    private static void checkKind(ZipFile zip, ZipArchiveEntry entry, String where) {
        int type = entry.getUnixMode() & 0170000;
        if (entry.isUnixSymlink() || (type != 0 && type != 0100000)) {
            throw new WorkdirException(where + "a link or special file; pack the file itself");
        }
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw new WorkdirException(where + "encrypted; pack it without a password");
        }
        if (!zip.canReadEntryData(entry)) {
            throw new WorkdirException(where + "compression method " + entry.getMethod() + "; use deflate or none");
        }
    }

    // The library reads the whole directory into memory before the first entry can be looked at.
    private void checkDirectory(Path archive, String name) throws IOException {
        int entries;
        try (SeekableByteChannel channel = Files.newByteChannel(archive)) {
            entries = ZipEntryCount.of(channel, maxEntries);
        }
        if (entries > maxEntries) {
            throw new WorkdirException(String.format(
                    Locale.ROOT,
                    "[%s] has more than %,d entries, or %,d MiB of names; pack fewer, larger files",
                    name,
                    maxEntries,
                    ZipEntryCount.MOST_DIRECTORY_BYTES >> 20));
        }
    }

    private static Path parentOf(Path file, Path target) {
        Path parent = file.getParent();
        return parent == null ? target : parent;
    }

    private static void makeFolder(Path folder) throws IOException {
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        } catch (java.nio.file.FileAlreadyExistsException e) {
            throw new WorkdirException("[" + folder.getFileName() + "] is a file and a folder; pack each name once", e);
        }
    }

    private static WorkdirException tooLarge(String where, long most) {
        return new WorkdirException(String.format(
                Locale.ROOT, "%sthe archive unpacks to more than %,d bytes; split it into more shards", where, most));
    }

    private static long saturatedProduct(long a, long b) {
        return a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
    }

    private static String shown(String name) {
        String plain = name.replaceAll("\\p{Cntrl}", "?");
        return plain.length() <= 200 ? plain : plain.substring(0, 200) + "…";
    }
}
