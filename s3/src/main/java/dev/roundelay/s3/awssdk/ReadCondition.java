package dev.roundelay.s3.awssdk;

import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.StoredObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// The conditions of a read, decided by RFC 9110, section 13.2.2: tags take precedence over times.
record ReadCondition(
        Precondition tags,
        @Nullable Instant modifiedSince,
        @Nullable Instant unmodifiedSince) {

    static ReadCondition of(
            @Nullable String ifMatch,
            @Nullable String ifNoneMatch,
            @Nullable Instant modifiedSince,
            @Nullable Instant unmodifiedSince) {
        return new ReadCondition(Precondition.parse(ifMatch, ifNoneMatch), modifiedSince, unmodifiedSince);
    }

    /// @throws S3Exception 304 or 412
    void check(StoredObject object) {
        String tag = object.etag().value();
        Instant modified = object.modifiedAt().truncatedTo(ChronoUnit.SECONDS);
        if (!tags.ifMatch().isEmpty()) {
            if (!tags.ifMatch().contains("*") && !tags.ifMatch().contains(tag)) {
                throw failed("If-Match");
            }
        } else if (unmodifiedSince != null && modified.isAfter(unmodifiedSince)) {
            throw failed("If-Unmodified-Since");
        }
        if (!tags.ifNoneMatch().isEmpty()) {
            if (tags.ifNoneMatch().contains("*") || tags.ifNoneMatch().contains(tag)) {
                throw S3Errors.notModified(object.etag().quoted());
            }
        } else if (modifiedSince != null && !modified.isAfter(modifiedSince)) {
            throw S3Errors.notModified(object.etag().quoted());
        }
    }

    private static S3Exception failed(String header) {
        return S3Errors.error(412, "PreconditionFailed", "the condition " + header + " does not hold");
    }
}
