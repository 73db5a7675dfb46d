package dev.roundelay.sdk;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Bytes of a known length that can be read more than once.
sealed interface Source {
    long sizeBytes();

    InputStream open() throws IOException;

    /// A local file, with the size it had when it was looked at.
    record OfFile(Path path, long sizeBytes) implements Source {
        @Override
        public InputStream open() throws IOException {
            return Files.newInputStream(path);
        }
    }

    /// A short text.
    record OfText(String text) implements Source {
        @Override
        public long sizeBytes() {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    static Source file(Path path) {
        try {
            return new OfFile(path, Files.size(path));
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    static ValidationException unreadable(Object where, IOException cause) {
        return new ValidationException(Facts.local(
                "invalid_request",
                "[" + where + "] cannot be read: " + cause.getMessage() + "; check the path",
                cause));
    }
}
