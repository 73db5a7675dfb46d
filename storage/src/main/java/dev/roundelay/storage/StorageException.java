package dev.roundelay.storage;

/// The one unchecked exception of this room; an I/O failure of the disk is an [java.io.IOException] instead.
public class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final StorageFault fault;

    public StorageException(StorageFault fault, String message) {
        super(message);
        this.fault = fault;
    }

    public StorageFault fault() {
        return fault;
    }

    public static StorageException noSuchBucket(BucketName bucket) {
        return new StorageException(StorageFault.NO_SUCH_BUCKET, "[bucket %s] does not exist".formatted(bucket));
    }

    public static StorageException noSuchKey(BucketName bucket, ObjectKey key) {
        return new StorageException(
                StorageFault.NO_SUCH_KEY, "[bucket %s, key %s] does not exist".formatted(bucket, key));
    }

    public static StorageException noSuchUpload(BucketName bucket, UploadId upload) {
        return new StorageException(
                StorageFault.NO_SUCH_UPLOAD,
                "[bucket %s, upload %s] does not exist or has ended; begin a new upload".formatted(bucket, upload));
    }

    public static StorageException noSuchBlob(BlobId blob) {
        return new StorageException(StorageFault.NO_SUCH_BLOB, "[blob %s] is not in the store".formatted(blob));
    }
}
