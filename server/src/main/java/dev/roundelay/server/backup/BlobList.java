package dev.roundelay.server.backup;

import dev.roundelay.storage.BlobFacts;
import dev.roundelay.storage.BlobId;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Blobs by id in a file, a line for each: there may be more of them than memory holds.
final class BlobList {
    private static final String COMPOSITE = "composite";

    private final Path file;

    BlobList(Path file) {
        this.file = file;
    }

    /// What is done with each.
    @FunctionalInterface
    interface Action {
        void take(BlobFacts blob) throws IOException;
    }

    /// Writes one; its lines are on the disk after [#finish].
    static final class Writer implements AutoCloseable {
        private final FileChannel channel;
        private final BufferedWriter lines;

        private Writer(FileChannel channel) {
            this.channel = channel;
            this.lines = new BufferedWriter(
                    new OutputStreamWriter(Channels.newOutputStream(channel), StandardCharsets.US_ASCII));
        }

        void add(BlobFacts blob) throws IOException {
            lines.write(String.format(
                    Locale.ROOT,
                    "%s %d %08x %s%n",
                    blob.id(),
                    blob.sizeBytes(),
                    blob.crc32c(),
                    blob.composite() ? COMPOSITE : "plain"));
        }

        void finish() throws IOException {
            lines.flush();
            channel.force(true);
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    /// Makes the file, which nobody but its owner can read.
    Writer create() throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return new Writer(FileChannel.open(file, StandardOpenOption.WRITE));
    }

    /// Takes each blob, in order of the ids.
    void forEach(Action action) throws IOException {
        try (Cursor cursor = open()) {
            for (BlobFacts blob = cursor.next(); blob != null; blob = cursor.next()) {
                action.take(blob);
            }
        }
    }

    Cursor open() throws IOException {
        return new Cursor(file, Files.newBufferedReader(file, StandardCharsets.US_ASCII));
    }

    /// Reads from the front to the end.
    static final class Cursor implements AutoCloseable {
        private final Path file;
        private final BufferedReader lines;

        private Cursor(Path file, BufferedReader lines) {
            this.file = file;
            this.lines = lines;
        }

        /// Returns the next blob, or null at the end.
        @Nullable
        BlobFacts next() throws IOException {
            String line = lines.readLine();
            if (line == null) {
                return null;
            }
            String[] words = line.split(" ");
            try {
                return new BlobFacts(
                        new BlobId(words[0]),
                        Long.parseLong(words[1]),
                        Long.parseLong(words[2], 16),
                        words[3].equals(COMPOSITE));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new IOException("[%s] its line \"%s\" is damaged; use another backup".formatted(file, line), e);
            }
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
