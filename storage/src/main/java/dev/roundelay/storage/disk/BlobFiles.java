package dev.roundelay.storage.disk;

import dev.roundelay.storage.BlobFacts;
import dev.roundelay.storage.BlobFault;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The files of a blob store, for who checks or copies them beside the store itself: backups, their way back, and
/// checks. Nothing that is there is ever changed. Thread-safe.
public final class BlobFiles {
    /// The number of folders that the ids are spread over.
    public static final int FOLDERS = 256;

    private static final int BUFFER_BYTES = 256 << 10;
    private static final String COMPOSITE = ".parts";

    private final Path root;
    private final Optional<String> permissions;

    private BlobFiles(Path root, Optional<String> permissions) {
        this.root = root;
        this.permissions = permissions;
    }

    /// Those of a store; files that are copied there can be read as those that it writes itself.
    ///
    /// @param root as [DiskBlobStore] takes it
    public static BlobFiles of(Path root) {
        return new BlobFiles(root, Optional.empty());
    }

    /// Those of a store that nobody but its owner may read.
    public static BlobFiles ownersOnly(Path root) {
        return new BlobFiles(root, Optional.of("rwx------"));
    }

    /// Makes the folders that files are copied into.
    public void createFolders() throws IOException {
        for (int i = 0; i < FOLDERS; i++) {
            Files.createDirectories(folder(i), attributes(true));
        }
    }

    private Path folder(int number) {
        return root.resolve("%02x".formatted(number));
    }

    private FileAttribute<?>[] attributes(boolean folder) {
        return permissions
                .map(PosixFilePermissions::fromString)
                .map(all -> folder ? all : Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE))
                .map(all -> new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(all)})
                .orElseGet(() -> new FileAttribute<?>[0]);
    }

    /// Reads a blob's bytes and tells what is wrong with them; of a composite the list of parts, not their bytes.
    public Optional<BlobFault> check(BlobFacts blob) throws IOException {
        return blob.composite() ? checkComposite(blob) : read(blob, null);
    }

    /// Copies a blob's bytes to where there are none of it, checking them on the way; with a fault nothing is there
    /// afterwards. The bytes are durable after [#forceIfThere] of the target.
    public Optional<BlobFault> copyTo(BlobFiles target, BlobFacts blob) throws IOException {
        Path copy = target.file(blob);
        Optional<BlobFault> fault;
        if (blob.composite()) {
            fault = checkComposite(blob);
            if (fault.isEmpty()) {
                Files.write(Files.createFile(copy, target.attributes(false)), Files.readAllBytes(file(blob)));
            }
            return fault;
        }
        Files.createFile(copy, target.attributes(false));
        try (FileChannel out = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            fault = read(blob, out);
        }
        if (fault.isPresent()) {
            Files.delete(copy);
        }
        return fault;
    }

    /// Makes the target have the same file, if it is here in its length and the file system can do it; the bytes are
    /// not read. Returns whether it was done.
    public boolean linkTo(BlobFiles target, BlobFacts blob) {
        try {
            if (!blob.composite() && Files.size(file(blob)) != blob.sizeBytes()) {
                return false;
            }
            Files.createLink(target.file(blob), file(blob));
            return true;
        } catch (IOException | UnsupportedOperationException _) {
            // Not here, too many links, or a file system without any: the bytes are copied.
            return false;
        }
    }

    /// Makes the bytes of a copy durable; of what could not be copied there are none.
    public void forceIfThere(BlobFacts blob) throws IOException {
        try (FileChannel file = FileChannel.open(file(blob), StandardOpenOption.WRITE)) {
            file.force(true);
        } catch (NoSuchFileException _) {
            // Its fault has been told.
        }
    }

    /// Makes the names of all copies durable.
    public void forceFolders() throws IOException {
        for (int i = 0; i < FOLDERS; i++) {
            Durability.flushFolder(folder(i));
        }
        Durability.flushFolder(root);
    }

    /// Passes on each blob of one folder, and when it was written, in no order.
    ///
    /// @param number 0 to 255: the first two digits of the ids
    public void forEach(int number, BiConsumer<BlobId, Instant> action) throws IOException {
        Path folder = folder(number);
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                String id = name.endsWith(COMPOSITE) ? name.substring(0, name.length() - COMPOSITE.length()) : name;
                if (BlobId.isValid(id)) {
                    writtenAt(file).ifPresent(instant -> action.accept(new BlobId(id), instant));
                }
            }
        }
    }

    private static Optional<Instant> writtenAt(Path file) throws IOException {
        try {
            return Optional.of(Files.getLastModifiedTime(file).toInstant());
        } catch (NoSuchFileException _) {
            // Its write was refused just now.
            return Optional.empty();
        }
    }

    /// Returns the parts that a composite's file lists.
    ///
    /// @throws IOException if the list is damaged
    public List<BlobId> parts(BlobId composite) throws IOException {
        return CompositeFile.read(composite, file(composite, true)).extents().stream()
                .map(CompositeFile.Extent::blob)
                .toList();
    }

    /// Returns where a blob's file lies below the root.
    public Path name(BlobFacts blob) {
        return root.relativize(file(blob));
    }

    private Path file(BlobFacts blob) {
        return file(blob.id(), blob.composite());
    }

    private Path file(BlobId id, boolean composite) {
        return root.resolve(id.value().substring(0, 2)).resolve(composite ? id.value() + COMPOSITE : id.value());
    }

    private Optional<BlobFault> checkComposite(BlobFacts blob) throws IOException {
        List<CompositeFile.Extent> extents;
        try {
            extents = CompositeFile.read(blob.id(), file(blob)).extents();
        } catch (StorageException _) {
            return missing(blob);
        } catch (IOException e) {
            return fault(blob, "has a damaged list of parts");
        }
        long sizeBytes = 0;
        for (CompositeFile.Extent extent : extents) {
            sizeBytes += extent.sizeBytes();
            Path part = file(extent.blob(), false);
            if (!Files.exists(part)) {
                return fault(blob, "lacks its part " + extent.blob());
            }
            if (Files.size(part) != extent.sizeBytes()) {
                return fault(
                        blob,
                        "has a part %s of %d bytes instead of %d"
                                .formatted(extent.blob(), Files.size(part), extent.sizeBytes()));
            }
        }
        return sizeBytes == blob.sizeBytes() ? Optional.empty() : wrongSize(blob, sizeBytes);
    }

    /// Reads a plain blob to its end.
    ///
    /// @param copy where its bytes go
    private Optional<BlobFault> read(BlobFacts blob, @Nullable FileChannel copy) throws IOException {
        var crc = new CRC32C();
        long sizeBytes = 0;
        // One byte more than there should be: what is too long is found by it.
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, blob.sizeBytes() + 1));
        try (FileChannel in = FileChannel.open(file(blob), StandardOpenOption.READ)) {
            for (int n = readSome(in, buffer); n >= 0; n = readSome(in, buffer)) {
                crc.update(buffer.array(), 0, n);
                sizeBytes += n;
                buffer.flip();
                while (copy != null && buffer.hasRemaining()) {
                    copy.write(buffer);
                }
                buffer.clear();
            }
        } catch (NoSuchFileException _) {
            return missing(blob);
        } catch (UnreadableException e) {
            return fault(blob, "cannot be read (" + e.getMessage() + ")");
        }
        if (sizeBytes != blob.sizeBytes()) {
            return wrongSize(blob, sizeBytes);
        }
        return crc.getValue() == blob.crc32c()
                ? Optional.empty()
                : fault(
                        blob,
                        "has other bytes than were stored (CRC-32C %08x instead of %08x)"
                                .formatted(crc.getValue(), blob.crc32c()));
    }

    /// What a failing disk says; what a full one says of the copy is no fault of the blob's.
    private static final class UnreadableException extends IOException {
        private static final long serialVersionUID = 1;

        UnreadableException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private static int readSome(FileChannel in, ByteBuffer buffer) throws IOException {
        try {
            return in.read(buffer);
        } catch (ClosedChannelException interrupted) {
            throw interrupted;
        } catch (IOException e) {
            throw new UnreadableException(e);
        }
    }

    private static Optional<BlobFault> missing(BlobFacts blob) {
        return fault(blob, "is missing");
    }

    private static Optional<BlobFault> wrongSize(BlobFacts blob, long sizeBytes) {
        return fault(blob, "has %d bytes instead of %d".formatted(sizeBytes, blob.sizeBytes()));
    }

    private static Optional<BlobFault> fault(BlobFacts blob, String what) {
        return Optional.of(new BlobFault(blob.id(), what));
    }
}
