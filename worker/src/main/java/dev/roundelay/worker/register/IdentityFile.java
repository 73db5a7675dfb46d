package dev.roundelay.worker.register;

import dev.roundelay.contract.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// The worker's identity on disk, readable by its owner only, and the key of a join that was begun.
final class IdentityFile {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;
    private final Path joinKey;

    IdentityFile(Path dataDir) {
        this.file = dataDir.resolve("worker.json");
        this.joinKey = dataDir.resolve("join-key");
    }

    /// Returns the identity of a worker that joined before.
    Optional<Identity> find() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Optional.of(Json.lenient().readValue(file.toFile(), Identity.class));
    }

    /// Writes the identity durably; the join is over.
    void save(Identity identity) throws IOException {
        write(file, Json.lenient().writeValueAsBytes(identity));
        Files.deleteIfExists(joinKey);
    }

    /// Returns the key of the join under way, durable before it is used.
    String joinKey(String fresh) throws IOException {
        if (Files.exists(joinKey)) {
            return Files.readString(joinKey).strip();
        }
        write(joinKey, fresh.getBytes(StandardCharsets.UTF_8));
        return fresh;
    }

    void forget() throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(joinKey);
    }

    private static void write(Path target, byte[] bytes) throws IOException {
        Path fresh = target.resolveSibling(target.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel out =
                FileChannel.open(fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
            out.force(true);
        }
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(target.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
