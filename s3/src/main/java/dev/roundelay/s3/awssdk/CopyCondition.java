package dev.roundelay.s3.awssdk;

import dev.roundelay.storage.StoredObject;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// The x-amz-copy-source-if-... conditions: like those of a read, but each failure is a 412.
final class CopyCondition {
    private CopyCondition() {}

    static void check(CopyObjectRequest request, StoredObject source) {
        try {
            ReadCondition.of(
                            request.copySourceIfMatch(),
                            request.copySourceIfNoneMatch(),
                            request.copySourceIfModifiedSince(),
                            request.copySourceIfUnmodifiedSince())
                    .check(source);
        } catch (S3Exception failed) {
            if (failed.statusCode() == 304) {
                throw S3Errors.error(412, "PreconditionFailed", "the condition on the copy's source does not hold");
            }
            throw failed;
        }
    }
}
