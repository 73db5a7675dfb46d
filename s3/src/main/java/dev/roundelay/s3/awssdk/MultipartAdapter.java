package dev.roundelay.s3.awssdk;

import static dev.roundelay.s3.awssdk.BucketAdapter.call;

import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.ETag;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.ObjectStore;
import dev.roundelay.storage.PartTag;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.Upload;
import dev.roundelay.storage.UploadId;
import java.io.InputStream;
import java.util.List;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/// The multipart half of [BucketAdapter].
final class MultipartAdapter {
    private final ObjectStore objects;
    private final BucketName bucket;

    MultipartAdapter(ObjectStore objects, BucketName bucket) {
        this.objects = objects;
        this.bucket = bucket;
    }

    MultipartUpload create(CreateMultipartUploadRequest request) {
        Upload upload =
                call(() -> objects.index().createUpload(bucket, new ObjectKey(request.key()), Attributes.of(request)));
        return new MultipartUpload(upload.id().value(), request);
    }

    UploadPartResponse uploadPart(MultipartUpload upload, UploadPartRequest request, InputStream payload) {
        dev.roundelay.storage.Part part = call(() -> {
            try (InputStream body = ContentMd5.check(payload, request.contentMD5(), request.contentLength())) {
                return objects.putPart(
                        bucket, keyOf(upload), idOf(upload), request.partNumber(), body, request.contentLength());
            }
        });
        return UploadPartResponse.builder().eTag(part.etag().quoted()).build();
    }

    List<Part> parts(MultipartUpload upload) {
        return call(() -> objects.index().parts(bucket, keyOf(upload), idOf(upload))).stream()
                .map(part -> Part.builder()
                        .partNumber(part.number())
                        .size(part.sizeBytes())
                        .eTag(part.etag().quoted())
                        .lastModified(part.modifiedAt())
                        .build())
                .toList();
    }

    List<software.amazon.awssdk.services.s3.model.MultipartUpload> uploads() {
        return call(() -> objects.index().uploads(bucket)).stream()
                .map(upload -> software.amazon.awssdk.services.s3.model.MultipartUpload.builder()
                        .uploadId(upload.id().value())
                        .key(upload.key().value())
                        .initiated(upload.createdAt())
                        .build())
                .toList();
    }

    ETag complete(MultipartUpload upload, CompleteMultipartUploadRequest request) {
        List<PartTag> named = request.multipartUpload().parts().stream()
                .map(part -> new PartTag(part.partNumber(), ETag.parse(part.eTag())))
                .toList();
        var precondition = Precondition.parse(request.ifMatch(), request.ifNoneMatch());
        return call(() -> objects.complete(bucket, keyOf(upload), idOf(upload), named, precondition))
                .etag();
    }

    void abort(MultipartUpload upload) {
        var _ = call(() -> {
            objects.index().abort(bucket, keyOf(upload), idOf(upload));
            return Boolean.TRUE;
        });
    }

    private static ObjectKey keyOf(MultipartUpload upload) {
        return new ObjectKey(upload.blobName());
    }

    private static UploadId idOf(MultipartUpload upload) {
        return new UploadId(upload.id());
    }
}
