package dev.roundelay.worker.workdir;

import dev.roundelay.worker.sandbox.Native;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/// A folder that hostile code writes to. Files in it are opened relative to it, one name at a time, without following a
/// link, without blocking, and only if they are regular and have one name; what is read is copied first.
///
/// The inode that was checked is the inode that is read, whatever happens to the names meanwhile.
public final class UntrustedFolder {
    private final Path folder;

    /// Makes one over a folder whose own path is trustworthy.
    public UntrustedFolder(Path folder) {
        this.folder = folder;
    }

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
            Path opened = Path.of("/proc/self/fd/" + descriptor);
            BasicFileAttributes attributes = Files.readAttributes(opened, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new WorkdirException("[" + name + "] is no regular file; write plain files only");
            }
            if ((int) Files.getAttribute(opened, "unix:nlink") != 1) {
                throw new WorkdirException("[" + name + "] has more than one name; write it without hard links");
            }
            return copyOpened(name, opened, target, limitBytes);
        } finally {
            Native.close(descriptor);
        }
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
        int current = Native.openPath(-100, folder.toAbsolutePath().toString());
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                Native.close(current);
                throw new WorkdirException("[" + name + "] is no plain relative path");
            }
            int next = current < 0 ? -1 : Native.openPath(current, part);
            if (current >= 0) {
                Native.close(current);
            }
            current = next;
        }
        if (current < 0) {
            throw new NoSuchFileException(name);
        }
        return current;
    }
}
