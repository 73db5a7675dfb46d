package dev.roundelay.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A store as users write to it: what would touch the disk's reserve is refused before its first byte is read. What a
/// server writes for running jobs goes past it.
public record GuardedBlobStore(BlobStore blobs, DiskGuard guard) implements BlobStore {
    @Override
    public Blob put(InputStream source, long sizeBytes) throws IOException {
        guard.requireRoom(sizeBytes);
        return blobs.put(source, sizeBytes);
    }

    @Override
    public Blob put(InputStream source) throws IOException {
        guard.requireRoom(0);
        return blobs.put(source);
    }

    @Override
    public Path newFile() throws IOException {
        guard.requireRoom(0);
        return blobs.newFile();
    }

    @Override
    public Blob adopt(Path file) throws IOException {
        return blobs.adopt(file);
    }

    @Override
    public Blob compose(List<BlobId> parts, ETag etag) throws IOException {
        return blobs.compose(parts, etag);
    }

    @Override
    public InputStream open(BlobId id, long offset, long length) throws IOException {
        return blobs.open(id, offset, length);
    }

    @Override
    public Optional<Path> findFile(BlobId id) throws IOException {
        return blobs.findFile(id);
    }

    @Override
    public boolean contains(BlobId id) throws IOException {
        return blobs.contains(id);
    }

    @Override
    public void delete(BlobId id) throws IOException {
        blobs.delete(id);
    }

    @Override
    public void forEachWrittenBefore(Instant instant, Consumer<BlobId> action) throws IOException {
        blobs.forEachWrittenBefore(instant, action);
    }

    @Override
    public int removeUnfinished(Instant before) throws IOException {
        return blobs.removeUnfinished(before);
    }
}
