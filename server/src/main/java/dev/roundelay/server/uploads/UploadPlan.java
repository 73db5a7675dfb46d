package dev.roundelay.server.uploads;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.Part;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.UploadId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// How an upload is cut. The id that callers see carries it whole, so nothing but the parts is kept for an upload; a
/// forged one only ever names uploads of the caller's own bucket.
///
/// @param sizeBytes of the object
record UploadPlan(UploadId upload, ObjectKey key, long sizeBytes) {
    static final long MAX_SIZE_BYTES = 5L << 40;

    private static final long MIN_PART_BYTES = 8L << 20;
    private static final long PART_STEP_BYTES = 1L << 20;

    /// Reads the id that a caller sent.
    ///
    /// @throws ApiException `not_found` if it is none of ours
    static UploadPlan parse(String id) {
        String[] parts = id.split("\\.", -1);
        try {
            if (parts.length == 3) {
                String key = new String(Base64.getUrlDecoder().decode(parts[2]), StandardCharsets.UTF_8);
                long size = Long.parseLong(parts[1]);
                if (size >= 0 && size <= MAX_SIZE_BYTES) {
                    return new UploadPlan(new UploadId(parts[0]), new ObjectKey(key), size);
                }
            }
        } catch (IllegalArgumentException | StorageException _) {
            // The same answer as for an id of another form.
        }
        throw ApiException.notFound("upload", id.length() <= 100 ? id : id.substring(0, 100) + "…");
    }

    String id() {
        return "%s.%d.%s"
                .formatted(
                        upload.value(),
                        sizeBytes,
                        Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(key.value().getBytes(StandardCharsets.UTF_8)));
    }

    /// Returns the size of every part but the last: so large that no object needs more parts than S3 allows.
    long partSizeBytes() {
        long least = Math.ceilDiv(sizeBytes, Part.MAX_NUMBER);
        return Math.max(MIN_PART_BYTES, Math.ceilDiv(least, PART_STEP_BYTES) * PART_STEP_BYTES);
    }

    int parts() {
        return (int) Math.max(1, Math.ceilDiv(sizeBytes, partSizeBytes()));
    }

    /// Returns the size of one part.
    ///
    /// @throws ApiException `invalid_request` if there is no such part
    long sizeOf(int number) {
        if (number < 1 || number > parts()) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "[part %d] this upload has the parts 1 to %d; use one of them".formatted(number, parts()));
        }
        return number < parts() ? partSizeBytes() : sizeBytes - partSizeBytes() * (parts() - 1L);
    }
}
