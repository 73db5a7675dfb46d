package dev.roundelay.s3.awssdk;

import dev.roundelay.storage.StorageException;
import java.util.Map;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Builds the exceptions by which S3Proxy's handler and our servlet know S3's errors.
public final class S3Errors {
    private S3Errors() {}

    public static S3Exception accessDenied(String message) {
        return error(403, "AccessDenied", message);
    }

    public static S3Exception notImplemented(String message) {
        return error(501, "NotImplemented", message);
    }

    public static S3Exception error(int status, String code, String message) {
        return (S3Exception) S3Exception.builder()
                .statusCode(status)
                .message(message)
                .awsErrorDetails(details(status, code, message, Map.of()))
                .build();
    }

    /// Answers a read whose condition says that the client has the object already.
    static S3Exception notModified(String quotedTag) {
        return (S3Exception) S3Exception.builder()
                .statusCode(304)
                .message("Not Modified")
                .awsErrorDetails(details(304, "", "Not Modified", Map.of("ETag", quotedTag)))
                .build();
    }

    private static AwsErrorDetails details(int status, String code, String message, Map<String, String> headers) {
        var response = SdkHttpResponse.builder().statusCode(status);
        headers.forEach(response::putHeader);
        return AwsErrorDetails.builder()
                .errorCode(code)
                .errorMessage(message)
                .sdkHttpResponse(response.build())
                .build();
    }

    /// Translates a fault of the storage room; the handler tells some of them by their class.
    public static S3Exception of(StorageException fault) {
        String message = String.valueOf(fault.getMessage());
        return switch (fault.fault()) {
            case NO_SUCH_BUCKET ->
                NoSuchBucketException.builder()
                        .statusCode(404)
                        .message(message)
                        .awsErrorDetails(details(404, "NoSuchBucket", message, Map.of()))
                        .build();
            case NO_SUCH_KEY ->
                NoSuchKeyException.builder()
                        .statusCode(404)
                        .message(message)
                        .awsErrorDetails(details(404, "NoSuchKey", message, Map.of()))
                        .build();
            case NO_SUCH_UPLOAD ->
                NoSuchUploadException.builder()
                        .statusCode(404)
                        .message(message)
                        .awsErrorDetails(details(404, "NoSuchUpload", message, Map.of()))
                        .build();
            case BUCKET_EXISTS -> error(409, "BucketAlreadyExists", message);
            case INVALID_KEY ->
                message.contains("bytes of UTF-8")
                        ? error(400, "KeyTooLongError", message)
                        : error(400, "InvalidURI", message);
            case INVALID_PART -> error(400, "InvalidPart", message);
            case INVALID_PART_ORDER -> error(400, "InvalidPartOrder", message);
            case PART_TOO_SMALL -> error(400, "EntityTooSmall", message);
            case PRECONDITION_FAILED -> error(412, "PreconditionFailed", message);
            case INVALID_RANGE -> error(416, "InvalidRange", message);
            case QUOTA_EXCEEDED -> error(403, "QuotaExceeded", message);
            case DISK_FULL -> error(507, "InsufficientStorage", message);
            case INCOMPLETE_BODY -> error(400, "IncompleteBody", message);
            case NO_SUCH_BLOB, SNAPSHOT_EXISTS -> error(500, "InternalError", message);
        };
    }
}
