package dev.roundelay.worker.workdir;

import dev.roundelay.worker.sandbox.Native;
import dev.roundelay.worker.sandbox.UntrustedTree;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A folder that hostile code writes to. What lies in it is opened relative to it, one name at a time, without
/// following
/// a link and without blocking; a file is read only if it is regular and has one name, and is copied first.
///
/// The inode that was checked is the inode that is read, whatever happens to the names meanwhile.
public final class UntrustedFolder {
    private static final int CURRENT_FOLDER = -100; // AT_FDCWD

    private final Path folder;

    /// Makes one over a folder whose own path is trustworthy.
    public UntrustedFolder(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    /// What a name is.
    public enum Kind {
        /// A regular file with one name.
        FILE,
        /// A folder.
        FOLDER,
        /// A link, pipe, socket, device, or a file with several names.
        OTHER
    }

    /// An entry of a folder.
    public record Entry(String name, Kind kind) {}

    /// Copies a file into a new file of the agent's own.
    ///
    /// @param name       relative, `/` between its parts
    /// @param limitBytes most bytes that are copied
    /// @return the number of bytes
    /// @throws NoSuchFileException if there is no such file
    /// @throws WorkdirException    if it is no regular file with one name, or larger than the limit
    public long copy(String name, Path target, long limitBytes) throws IOException {
        int descriptor = open(name);
        try {
            Path opened = opened(descriptor);
            if (kind(opened) != Kind.FILE) {
                throw new WorkdirException("[" + name + "] is no plain file with one name; write plain files only");
            }
            UntrustedTree.allowOwner(descriptor);
            return copyOpened(name, opened, target, limitBytes);
        } finally {
            Native.close(descriptor);
        }
    }

    /// Lists a folder in the order of its names.
    ///
    /// @param name relative, empty for the folder itself
    /// @param most how many entries are listed at most
    /// @throws NoSuchFileException   if there is no such folder
    /// @throws NotDirectoryException if something else stands there, a link to a folder included
    public List<Entry> list(String name, int most) throws IOException {
        int descriptor = open(name);
        try {
            List<String> names = new ArrayList<>();
            if (kind(opened(descriptor)) != Kind.FOLDER) {
                throw new NotDirectoryException(name);
            }
            UntrustedTree.allowOwner(descriptor);
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(opened(descriptor))) {
                for (Path path : stream) {
                    if (names.size() == most) {
                        break;
                    }
                    names.add(path.getFileName().toString());
                }
            } catch (DirectoryIteratorException e) {
                throw new IOException(e.getCause());
            }
            Collections.sort(names);
            List<Entry> entries = new ArrayList<>();
            for (String entry : names) {
                entries.add(new Entry(entry, kindOf(descriptor, entry)));
            }
            return entries;
        } finally {
            Native.close(descriptor);
        }
    }

    private static Kind kindOf(int folder, String name) throws IOException {
        int descriptor = Native.openPath(folder, name);
        if (descriptor < 0) {
            return Kind.OTHER;
        }
        try {
            return kind(opened(descriptor));
        } finally {
            Native.close(descriptor);
        }
    }

    private static Kind kind(Path opened) throws IOException {
        // Following /proc/self/fd/N leads to the opened inode itself; a link that was opened shows as a link.
        BasicFileAttributes attributes = Files.readAttributes(opened, BasicFileAttributes.class);
        if (attributes.isDirectory()) {
            return Kind.FOLDER;
        }
        boolean plain = attributes.isRegularFile() && (int) Files.getAttribute(opened, "unix:nlink") == 1;
        return plain ? Kind.FILE : Kind.OTHER;
    }

    private static long copyOpened(String name, Path opened, Path target, long limitBytes) throws IOException {
        try (FileChannel in = FileChannel.open(opened, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long size = in.size();
            if (size > limitBytes) {
                throw new WorkdirException(
                        "[" + name + "] has " + size + " bytes, more than the " + limitBytes + " allowed; write less");
            }
            long done = 0;
            while (done < size) {
                long copied = in.transferTo(done, size - done, out);
                if (copied <= 0) {
                    break;
                }
                done += copied;
            }
            return done;
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(target);
            throw e;
        }
    }

    private int open(String name) throws IOException {
        int current = Native.openPath(CURRENT_FOLDER, folder.toString());
        for (String part : name.isEmpty() ? new String[0] : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                Native.close(current);
                throw new WorkdirException("[" + name + "] is no plain relative path; use one");
            }
            if (current >= 0) {
                UntrustedTree.allowOwner(current);
            }
            int next = current < 0 ? -1 : Native.openPath(current, part);
            Native.close(current);
            current = next;
        }
        if (current < 0) {
            throw new NoSuchFileException(name);
        }
        return current;
    }

    private static Path opened(int descriptor) {
        return Path.of("/proc/self/fd/" + descriptor);
    }
}
