package dev.roundelay.testkit.federation;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.ETag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Blobs as files that are never synced: a simulation of thousands of rounds would wait for the disk alone. Only what
/// federation uses.
final class ScratchBlobs implements BlobStore {
    private final Path folder;
    private final RandomGenerator random;
    private int files;

    ScratchBlobs(Path folder, RandomGenerator random) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.random = random;
    }

    @Override
    public Path newFile() {
        return folder.resolve("new-" + files++);
    }

    @Override
    public Blob adopt(Path file) throws IOException {
        BlobId id = BlobId.random(random);
        var blob = new Blob(id, Files.size(file), Tensors.crc32c(file), new ETag(id.value() + "-1"), List.of());
        Files.move(file, folder.resolve(id.value()));
        return blob;
    }

    @Override
    public Blob put(InputStream source) throws IOException {
        Path file = newFile();
        Files.copy(source, file);
        return adopt(file);
    }

    @Override
    public Optional<Path> findFile(BlobId id) {
        Path file = folder.resolve(id.value());
        return Files.exists(file) ? Optional.of(file) : Optional.empty();
    }

    @Override
    public InputStream open(BlobId id, long offset, long length) throws IOException {
        return Files.newInputStream(folder.resolve(id.value()));
    }

    @Override
    public boolean contains(BlobId id) {
        return Files.exists(folder.resolve(id.value()));
    }

    @Override
    public void delete(BlobId id) throws IOException {
        Files.deleteIfExists(folder.resolve(id.value()));
    }

    @Override
    public Blob put(InputStream source, long sizeBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Blob compose(List<BlobId> parts, ETag etag) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void forEachWrittenBefore(Instant instant, Consumer<BlobId> action) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int removeUnfinished(Instant before) {
        throw new UnsupportedOperationException();
    }
}
