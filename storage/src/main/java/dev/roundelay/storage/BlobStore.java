package dev.roundelay.storage;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Keeps immutable bytes under random ids. It knows nothing of keys, owners or references: those are rows of a
/// [BucketIndex]. Thread-safe. A method that returns a [Blob] has made its bytes durable; until a row refers to it, it
/// is
/// an orphan that the [BlobSweeper] removes after a grace time.
public interface BlobStore {
    /// Reads `source` to its end and keeps the bytes, hashing MD5 and CRC-32C in the same pass.
    ///
    /// @param sizeBytes the announced length
    /// @throws StorageException [StorageFault#INCOMPLETE_BODY] if another number of bytes arrived; nothing is
    ///     kept then, nor after any exception of `source`
    Blob put(InputStream source, long sizeBytes) throws IOException;

    /// Like [#put(InputStream, long)] for a source of unknown length.
    Blob put(InputStream source) throws IOException;

    default Blob put(byte[] bytes) throws IOException {
        return put(new ByteArrayInputStream(bytes), bytes.length);
    }

    /// Returns the path of a new, not yet existing file on the store's own file system, to be written and then handed
    /// to
    /// [#adopt]. What is never adopted goes with [#removeUnfinished].
    Path newFile() throws IOException;

    /// Takes over a finished file by rename, without copying it; the file is gone afterwards. One pass reads it for the
    /// CRC-32C. The file must not be open for writing.
    ///
    /// @throws IOException if the file is on another file system, or is not there
    Blob adopt(Path file) throws IOException;

    /// Joins plain blobs into a composite without copying their bytes. The parts stay blobs of their own, which must
    /// live
    /// as long as the composite; the index sees to that.
    ///
    /// @param parts 1 to 10,000 plain blobs in order
    /// @param etag  tag of the whole
    Blob compose(List<BlobId> parts, ETag etag) throws IOException;

    /// Opens a range. The stream stays readable if the blob is deleted meanwhile, unless it has more than 64 parts.
    ///
    /// @param offset first byte, 0 to the size
    /// @param length number of bytes, cut at the end of the blob
    /// @throws StorageException [StorageFault#NO_SUCH_BLOB]
    InputStream open(BlobId id, long offset, long length) throws IOException;

    default InputStream open(BlobId id) throws IOException {
        return open(id, 0, Long.MAX_VALUE);
    }

    /// Returns the one file that holds the whole blob, for mapping or linking; empty for a composite or a store without
    /// files. It must only be read.
    Optional<Path> findFile(BlobId id) throws IOException;

    boolean contains(BlobId id) throws IOException;

    /// Removes a blob; one that is not there is no error. Parts of a composite are not touched.
    void delete(BlobId id) throws IOException;

    /// Passes on the id of each blob that was written before an instant, in no order.
    void forEachWrittenBefore(Instant instant, Consumer<BlobId> action) throws IOException;

    /// Removes what unfinished writes left behind before an instant, and tells how many files that were.
    int removeUnfinished(Instant before) throws IOException;
}
