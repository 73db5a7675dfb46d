package dev.roundelay.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Writes that need both halves, bytes and rows, in the one safe order: bytes durable, then the row, then return. If
/// the
/// row is refused the bytes are deleted again. Thread-safe.
public final class ObjectStore {
    /// Least size of a part other than the last, as in S3.
    public static final long MIN_PART_BYTES = 5L << 20;

    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");

    private final BlobStore blobs;
    private final BucketIndex index;

    public ObjectStore(BlobStore blobs, BucketIndex index) {
        this.blobs = blobs;
        this.index = index;
    }

    public BlobStore blobs() {
        return blobs;
    }

    public BucketIndex index() {
        return index;
    }

    /// Stores an object of a known length. A body that cannot fit is refused before it is read.
    public StoredObject put(
            BucketName bucket,
            ObjectKey key,
            InputStream body,
            long sizeBytes,
            ObjectAttributes attributes,
            Precondition precondition)
            throws IOException {
        long replaced = index.find(bucket, key).map(StoredObject::sizeBytes).orElse(0L);
        index.bucket(bucket).requireRoom(Math.max(0, sizeBytes - replaced));
        Blob blob = blobs.put(body, sizeBytes);
        return keepOrDelete(blob, () -> index.put(bucket, new NewObject(key, blob, attributes), precondition));
    }

    public StoredObject put(BucketName bucket, ObjectKey key, byte[] body, ObjectAttributes attributes)
            throws IOException {
        Blob blob = blobs.put(body);
        return keepOrDelete(blob, () -> index.put(bucket, new NewObject(key, blob, attributes), Precondition.NONE));
    }

    public InputStream open(StoredObject object) throws IOException {
        return blobs.open(object.blob());
    }

    /// Stores one part of an upload. A body that cannot fit is refused before it is read.
    public Part putPart(BucketName bucket, ObjectKey key, UploadId upload, int number, InputStream body, long sizeBytes)
            throws IOException {
        Part.requireNumber(number);
        Upload open = index.upload(bucket, key, upload);
        index.bucket(open.bucket()).requireRoom(sizeBytes);
        Blob blob = blobs.put(body, sizeBytes);
        return keepOrDelete(blob, () -> index.putPart(bucket, key, upload, number, blob));
    }

    /// Ends an upload by joining the named parts, whose numbers must ascend, into one object; no bytes are copied.
    ///
    /// @throws StorageException [StorageFault#INVALID_PART_ORDER], [StorageFault#INVALID_PART],
    ///                          [StorageFault#PART_TOO_SMALL], [StorageFault#NO_SUCH_UPLOAD],
    ///                          [StorageFault#PRECONDITION_FAILED]
    public StoredObject complete(
            BucketName bucket, ObjectKey key, UploadId upload, List<PartTag> named, Precondition precondition)
            throws IOException {
        List<Part> chosen = choose(upload, index.parts(bucket, key, upload), named);
        List<BlobId> parts = chosen.stream().map(Part::blob).toList();
        Blob whole = blobs.compose(parts, compositeTag(chosen));
        return keepOrDelete(whole, () -> index.complete(bucket, key, upload, chosen, whole, precondition));
    }

    private static List<Part> choose(UploadId upload, List<Part> held, List<PartTag> named) {
        if (named.isEmpty()) {
            throw new StorageException(
                    StorageFault.INVALID_PART, "[upload %s] a completion names at least one part".formatted(upload));
        }
        var byNumber = new TreeMap<Integer, Part>();
        held.forEach(part -> byNumber.put(part.number(), part));
        var chosen = new ArrayList<Part>(named.size());
        for (PartTag tag : named) {
            if (!chosen.isEmpty() && tag.number() <= chosen.getLast().number()) {
                throw new StorageException(
                        StorageFault.INVALID_PART_ORDER,
                        "[upload %s] part %d is named after part %d; name them in ascending order"
                                .formatted(
                                        upload, tag.number(), chosen.getLast().number()));
            }
            Part part = byNumber.get(tag.number());
            if (part == null || !part.etag().equals(tag.etag())) {
                throw new StorageException(
                        StorageFault.INVALID_PART,
                        "[upload %s, part %d] with tag %s is not held; upload it again"
                                .formatted(upload, tag.number(), tag.etag()));
            }
            chosen.add(part);
        }
        for (Part part : chosen.subList(0, chosen.size() - 1)) {
            if (part.sizeBytes() < MIN_PART_BYTES) {
                throw new StorageException(
                        StorageFault.PART_TOO_SMALL,
                        "[upload %s, part %d] has %d bytes; every part but the last needs %d"
                                .formatted(upload, part.number(), part.sizeBytes(), MIN_PART_BYTES));
            }
        }
        return chosen;
    }

    /// Returns the tag that S3 gives a multipart object: the MD5 of the parts' MD5s and their number.
    static ETag compositeTag(List<Part> parts) {
        MessageDigest md5;
        try {
            md5 = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has MD5", e);
        }
        for (Part part : parts) {
            String tag = part.etag().value();
            md5.update(
                    MD5.matcher(tag).matches() ? HexFormat.of().parseHex(tag) : tag.getBytes(StandardCharsets.UTF_8));
        }
        return new ETag(HexFormat.of().formatHex(md5.digest()) + "-" + parts.size());
    }

    private <T> T keepOrDelete(Blob blob, Supplier<T> row) throws IOException {
        try {
            return row.get();
        } catch (StorageException refused) {
            // Only a refusal proves that no row names the blob. After any other failure (a connection lost during the
            // commit) it may be committed, so the bytes stay for the sweeper to judge.
            try {
                blobs.delete(blob.id());
            } catch (IOException e) {
                refused.addSuppressed(e);
            }
            throw refused;
        }
    }
}
