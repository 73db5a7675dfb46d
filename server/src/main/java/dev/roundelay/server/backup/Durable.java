package dev.roundelay.server.backup;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// Small files that are on the disk when a method returns, readable by their owner only.
final class Durable {
    private Durable() {}

    static void write(Path file, String text) throws IOException {
        create(file);
        Files.writeString(file, text, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
    }

    static void copy(Path from, Path to) throws IOException {
        create(to);
        Files.write(to, Files.readAllBytes(from), StandardOpenOption.WRITE, StandardOpenOption.SYNC);
    }

    private static void create(Path file) throws IOException {
        Path folder = file.getParent();
        if (folder != null && !Files.exists(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            flushFolder(folder);
        }
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /// Makes the names in a folder durable.
    static void flushFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
