package dev.roundelay.storage.memory;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobHasher;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.ETag;
import dev.roundelay.storage.StorageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Keeps blobs on the heap. Thread-safe.
public final class MemoryBlobStore implements BlobStore {
    private record Held(byte[] bytes, Instant writtenAt) {}

    private final Map<BlobId, Held> blobs = new ConcurrentHashMap<>();
    private final RandomGenerator random;
    private final InstantSource clock;

    public MemoryBlobStore(RandomGenerator random, InstantSource clock) {
        this.random = random;
        this.clock = clock;
    }

    @Override
    public Blob put(InputStream source, long sizeBytes) throws IOException {
        byte[] bytes = readAll(source);
        BlobHasher hasher = hash(bytes);
        hasher.requireSize(sizeBytes);
        return keep(bytes, hasher);
    }

    @Override
    public Blob put(InputStream source) throws IOException {
        byte[] bytes = readAll(source);
        return keep(bytes, hash(bytes));
    }

    private static byte[] readAll(InputStream source) throws IOException {
        var bytes = new ByteArrayOutputStream();
        source.transferTo(bytes);
        return bytes.toByteArray();
    }

    private static BlobHasher hash(byte[] bytes) {
        var hasher = new BlobHasher();
        hasher.update(bytes, 0, bytes.length);
        return hasher;
    }

    private Blob keep(byte[] bytes, BlobHasher hasher) {
        BlobId id = BlobId.random(random);
        blobs.put(id, new Held(bytes, clock.instant()));
        return hasher.finish(id);
    }

    @Override
    public Path newFile() throws IOException {
        Path file = Files.createTempFile("roundelay", ".blob");
        Files.delete(file);
        return file;
    }

    @Override
    public Blob adopt(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        Blob blob = keep(bytes, hash(bytes));
        return new Blob(blob.id(), blob.sizeBytes(), blob.crc32c(), new ETag(blob.id() + "-1"), List.of());
    }

    @Override
    public Blob compose(List<BlobId> parts, ETag etag) throws IOException {
        var whole = new ByteArrayOutputStream();
        for (BlobId part : parts) {
            whole.write(held(part).bytes());
        }
        BlobId id = BlobId.random(random);
        blobs.put(id, new Held(whole.toByteArray(), clock.instant()));
        return new Blob(id, whole.size(), 0, etag, parts);
    }

    @Override
    public InputStream open(BlobId id, long offset, long length) {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("[blob %s] range %d+%d is negative".formatted(id, offset, length));
        }
        byte[] bytes = held(id).bytes();
        int from = (int) Math.min(offset, bytes.length);
        return new ByteArrayInputStream(bytes, from, (int) Math.min(length, bytes.length - from));
    }

    private Held held(BlobId id) {
        Held held = blobs.get(id);
        if (held == null) {
            throw StorageException.noSuchBlob(id);
        }
        return held;
    }

    @Override
    public Optional<Path> findFile(BlobId id) {
        return Optional.empty();
    }

    @Override
    public boolean contains(BlobId id) {
        return blobs.containsKey(id);
    }

    @Override
    public void delete(BlobId id) {
        blobs.remove(id);
    }

    @Override
    public void forEachWrittenBefore(Instant instant, Consumer<BlobId> action) {
        blobs.forEach((id, held) -> {
            if (held.writtenAt().isBefore(instant)) {
                action.accept(id);
            }
        });
    }

    @Override
    public int removeUnfinished(Instant before) {
        return 0;
    }
}
