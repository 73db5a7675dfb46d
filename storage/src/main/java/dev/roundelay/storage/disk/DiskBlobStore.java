package dev.roundelay.storage.disk;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobHasher;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.ETag;
import dev.roundelay.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/// Keeps each blob in a file of its own below one folder; the layout is in the package's comment. Bytes pass through a
/// buffer of 64 KiB a write, so that memory does not grow with the size or number of blobs.
public final class DiskBlobStore implements BlobStore {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final String COMPOSITE = ".parts";

    private final Path root;
    private final Path unfinished;
    private final RandomGenerator random;

    /// @param root folder of this store alone; made by [#start]
    public DiskBlobStore(Path root, RandomGenerator random) {
        this.root = root;
        this.unfinished = root.resolve("unfinished");
        this.random = random;
    }

    /// Makes the folders, so that no write has to.
    public DiskBlobStore start() throws IOException {
        Files.createDirectories(unfinished);
        for (int i = 0; i < 256; i++) {
            Files.createDirectories(root.resolve("%02x".formatted(i)));
        }
        Durability.flushFolder(root);
        return this;
    }

    @Override
    public Blob put(InputStream source, long sizeBytes) throws IOException {
        return write(source, OptionalLong.of(sizeBytes));
    }

    @Override
    public Blob put(InputStream source) throws IOException {
        return write(source, OptionalLong.empty());
    }

    private Blob write(InputStream source, OptionalLong announcedBytes) throws IOException {
        BlobId id = BlobId.random(random);
        Path temporary = unfinished.resolve(id.value());
        try {
            var hasher = new BlobHasher();
            try (FileChannel file =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                copy(source, announcedBytes.orElse(Long.MAX_VALUE), file, hasher);
                if (announcedBytes.isPresent()) {
                    hasher.requireSize(announcedBytes.getAsLong());
                }
                file.force(true);
            }
            publish(temporary, plainFile(id));
            return hasher.finish(id);
        } catch (Throwable failed) {
            deleteAfter(failed, temporary);
            throw failed;
        }
    }

    private static void copy(InputStream source, long announcedBytes, FileChannel file, BlobHasher hasher)
            throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        // Reads on to the end of the stream: a wrong checksum only surfaces there. One byte too many ends it early.
        for (int n = source.read(buffer); n >= 0; n = source.read(buffer)) {
            hasher.update(buffer, 0, n);
            if (hasher.sizeBytes() > announcedBytes) {
                hasher.requireSize(announcedBytes);
            }
            ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        }
    }

    private static void publish(Path temporary, Path target) throws IOException {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        Durability.flushFolder(folderOf(target));
    }

    private static Path folderOf(Path file) {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IllegalStateException("[%s] has no folder".formatted(file));
        }
        return folder;
    }

    private static void deleteAfter(Throwable failed, Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            failed.addSuppressed(e);
        }
    }

    @Override
    public Path newFile() {
        return unfinished.resolve(BlobId.random(random).value());
    }

    @Override
    public Blob adopt(Path file) throws IOException {
        BlobId id = BlobId.random(random);
        var crc = new CRC32C();
        long sizeBytes = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            for (int n = channel.read(buffer); n >= 0; n = channel.read(buffer)) {
                crc.update(buffer.flip());
                buffer.clear();
                sizeBytes += n;
            }
            channel.force(true);
        }
        // The file may be old; as a blob it is new, and must not look like an orphan before its row is there.
        Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        publish(file, plainFile(id));
        return new Blob(id, sizeBytes, crc.getValue(), new ETag(id.value() + "-1"), List.of());
    }

    @Override
    public Blob compose(List<BlobId> parts, ETag etag) throws IOException {
        BlobId id = BlobId.random(random);
        var sizes = new long[parts.size()];
        long sizeBytes = 0;
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = plainSize(parts.get(i));
            sizeBytes += sizes[i];
        }
        Path temporary = unfinished.resolve(id.value());
        try {
            try (FileChannel file =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer text = CompositeFile.encode(parts, sizes);
                while (text.hasRemaining()) {
                    file.write(text);
                }
                file.force(true);
            }
            publish(temporary, compositeFile(id));
        } catch (Throwable failed) {
            deleteAfter(failed, temporary);
            throw failed;
        }
        return new Blob(id, sizeBytes, 0, etag, parts);
    }

    private long plainSize(BlobId id) throws IOException {
        try {
            return Files.size(plainFile(id));
        } catch (NoSuchFileException e) {
            throw StorageException.noSuchBlob(id);
        }
    }

    @Override
    public InputStream open(BlobId id, long offset, long length) throws IOException {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("[blob %s] range %d+%d is negative".formatted(id, offset, length));
        }
        try {
            return new FileRangeStream(FileChannel.open(plainFile(id), StandardOpenOption.READ), offset, length);
        } catch (NoSuchFileException plainAbsent) {
            return new CompositeStream(CompositeFile.read(id, compositeFile(id)), this::openPlain, offset, length);
        }
    }

    private FileChannel openPlain(BlobId id) throws IOException {
        try {
            return FileChannel.open(plainFile(id), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw StorageException.noSuchBlob(id);
        }
    }

    @Override
    public Optional<Path> findFile(BlobId id) {
        Path file = plainFile(id);
        return Files.exists(file) ? Optional.of(file) : Optional.empty();
    }

    @Override
    public boolean contains(BlobId id) {
        return Files.exists(plainFile(id)) || Files.exists(compositeFile(id));
    }

    @Override
    public void delete(BlobId id) throws IOException {
        if (!Files.deleteIfExists(plainFile(id))) {
            Files.deleteIfExists(compositeFile(id));
        }
    }

    @Override
    public void forEachWrittenBefore(Instant instant, Consumer<BlobId> action) throws IOException {
        for (int i = 0; i < 256; i++) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(root.resolve("%02x".formatted(i)))) {
                for (Path file : files) {
                    String name = String.valueOf(file.getFileName());
                    String id = name.endsWith(COMPOSITE) ? name.substring(0, name.length() - COMPOSITE.length()) : name;
                    if (BlobId.isValid(id) && isOlder(file, instant)) {
                        action.accept(new BlobId(id));
                    }
                }
            }
        }
    }

    @Override
    public int removeUnfinished(Instant before) throws IOException {
        int removed = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(unfinished)) {
            for (Path file : files) {
                if (isOlder(file, before) && Files.deleteIfExists(file)) {
                    removed++;
                }
            }
        }
        return removed;
    }

    /// A file counts as old by its last write; the rename that publishes it follows within moments.
    private static boolean isOlder(Path file, Instant instant) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(instant);
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    private Path plainFile(BlobId id) {
        return root.resolve(id.value().substring(0, 2)).resolve(id.value());
    }

    private Path compositeFile(BlobId id) {
        return root.resolve(id.value().substring(0, 2)).resolve(id.value() + COMPOSITE);
    }
}
