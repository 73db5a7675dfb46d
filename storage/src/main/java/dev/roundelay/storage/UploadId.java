package dev.roundelay.storage;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// Id of one multipart upload; opaque to clients.
public record UploadId(String value) {
    public UploadId {
        if (value.isBlank() || value.length() > 100) {
            throw new StorageException(
                    StorageFault.NO_SUCH_UPLOAD, "[upload '%s'] is not the form of an id".formatted(value));
        }
    }

    public static UploadId random(RandomGenerator random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return new UploadId("upl_" + HexFormat.of().formatHex(bytes));
    }

    @Override
    public String toString() {
        return value;
    }
}
