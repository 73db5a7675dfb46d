package dev.roundelay.s3.awssdk;

import dev.roundelay.s3.S3KeyPair;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.Deleted;
import dev.roundelay.storage.ETag;
import dev.roundelay.storage.Listing;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.ObjectStore;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.BucketCannedACL;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectResult;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.DeletedObject;
import software.amazon.awssdk.services.s3.model.GetBucketVersioningRequest;
import software.amazon.awssdk.services.s3.model.GetBucketVersioningResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListBucketsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/// One user's bucket as S3Proxy's handler wants to see it: every other bucket is refused, whether it exists or not.
/// Made for each request; keeps nothing.
public final class BucketAdapter implements BlobStore {
    private final ObjectStore objects;
    private final BucketName own;
    private final MultipartAdapter multipart;

    public BucketAdapter(ObjectStore objects, S3KeyPair caller) {
        this.objects = objects;
        this.own = caller.bucket();
        this.multipart = new MultipartAdapter(objects, own);
    }

    /// Returns a store that refuses everything, for requests without credentials.
    public static BucketAdapter denyingAll(ObjectStore objects) {
        return new BucketAdapter(
                objects, new S3KeyPair("anonymous", "", new OwnerId("anonymous"), new BucketName("nobodys-bucket")));
    }

    /// Throws unless a request names the caller's own bucket.
    public void requireOwn(String bucket) {
        if (!bucket.equals(own.value())) {
            throw S3Errors.accessDenied("the key may only use the bucket " + own);
        }
    }

    /// A call of the storage room.
    interface Storage<T> {
        T run() throws IOException;
    }

    static <T> T call(Storage<T> action) {
        try {
            return action.run();
        } catch (StorageException e) {
            throw S3Errors.of(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- buckets

    @Override
    public ListBucketsResponse list() {
        Bucket bucket = call(() -> objects.index().bucket(own));
        return ListBucketsResponse.builder()
                .buckets(software.amazon.awssdk.services.s3.model.Bucket.builder()
                        .name(own.value())
                        .creationDate(bucket.createdAt())
                        .build())
                .build();
    }

    @Override
    public HeadBucketResponse headBucket(HeadBucketRequest request) {
        requireOwn(request.bucket());
        var _ = call(() -> objects.index().bucket(own));
        return HeadBucketResponse.builder().build();
    }

    @Override
    public CreateBucketResponse createContainer(CreateBucketRequest request) {
        requireOwn(request.bucket());
        throw S3Errors.error(409, "BucketAlreadyOwnedByYou", "the bucket " + own + " is yours already");
    }

    @Override
    public void deleteBucket(String bucket) {
        throw S3Errors.accessDenied("a bucket stays as long as its user; delete its objects instead");
    }

    @Override
    public BucketCannedACL getContainerAccess(String bucket) {
        requireOwn(bucket);
        return BucketCannedACL.PRIVATE;
    }

    @Override
    public void setContainerAccess(String bucket, BucketCannedACL access) {
        requireOwn(bucket);
        requirePrivate(access == BucketCannedACL.PRIVATE);
    }

    @Override
    public boolean supportsVersioning() {
        // Makes the handler finish a completion before it answers, so that errors arrive with their status.
        return true;
    }

    @Override
    public GetBucketVersioningResponse getBucketVersioning(GetBucketVersioningRequest request) {
        requireOwn(request.bucket());
        return GetBucketVersioningResponse.builder().build();
    }

    // ---- listing

    @Override
    public ListObjectsV2Response list(ListObjectsV2Request request) {
        requireOwn(request.bucket());
        var page = new ListingPage(request.prefix(), request.delimiter(), request.maxKeys());
        String token = request.continuationToken();
        String after = token == null ? request.startAfter() : ListingPage.decodeToken(token);
        Listing listing = call(() -> page.list(objects.index(), own, after));
        return page.toV2(listing);
    }

    @Override
    public ListObjectsResponse listV1(ListObjectsRequest request) {
        requireOwn(request.bucket());
        var page = new ListingPage(request.prefix(), request.delimiter(), request.maxKeys());
        Listing listing = call(() -> page.list(objects.index(), own, request.marker()));
        return page.toV1(listing);
    }

    // ---- objects

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream payload) {
        requireOwn(request.bucket());
        requirePrivate(request.acl() == null || request.acl() == ObjectCannedACL.PRIVATE);
        StoredObject object = call(() -> {
            try (InputStream body = ContentMd5.check(payload, request.contentMD5(), request.contentLength())) {
                return objects.put(
                        own,
                        new ObjectKey(request.key()),
                        body,
                        request.contentLength(),
                        Attributes.of(request),
                        Precondition.parse(request.ifMatch(), request.ifNoneMatch()));
            }
        });
        return PutObjectResponse.builder().eTag(object.etag().quoted()).build();
    }

    private static void requirePrivate(boolean isPrivate) {
        if (!isPrivate) {
            throw S3Errors.error(400, "AccessControlListNotSupported", "objects and buckets here are always private");
        }
    }

    @Override
    public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
        StoredObject object = find(request.bucket(), request.key(), request.versionId());
        ReadCondition.of(
                        request.ifMatch(),
                        request.ifNoneMatch(),
                        request.ifModifiedSince(),
                        request.ifUnmodifiedSince())
                .check(object);
        return Attributes.head(object);
    }

    private StoredObject find(String bucket, String key, @Nullable String versionId) {
        requireOwn(bucket);
        requireNoVersion(versionId);
        return call(() -> objects.index().object(own, new ObjectKey(key)));
    }

    private static void requireNoVersion(@Nullable String versionId) {
        if (versionId != null && !versionId.equals("null")) {
            throw S3Errors.notImplemented("objects have no versions here");
        }
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
        StoredObject object = find(request.bucket(), request.key(), request.versionId());
        ReadCondition.of(
                        request.ifMatch(),
                        request.ifNoneMatch(),
                        request.ifModifiedSince(),
                        request.ifUnmodifiedSince())
                .check(object);
        ByteRange range = ByteRange.parse(request.range(), object.sizeBytes());
        InputStream body = call(() -> objects.blobs().open(object.blob(), range.offset(), range.length()));
        return new ResponseInputStream<>(Attributes.get(object, range), AbortableInputStream.create(body));
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        requireOwn(request.destinationBucket());
        requirePrivate(request.acl() == null || request.acl() == ObjectCannedACL.PRIVATE);
        StoredObject source = find(request.sourceBucket(), request.sourceKey(), request.sourceVersionId());
        CopyCondition.check(request, source);
        ObjectKey from = source.key();
        var to = new ObjectKey(request.destinationKey());
        var unchanged = Precondition.matches(source.etag());
        StoredObject copy = call(() -> request.metadataDirective() == MetadataDirective.REPLACE
                ? objects.index().copy(own, from, to, unchanged, Attributes.of(request))
                : objects.index().copy(own, from, to, unchanged));
        return CopyObjectResponse.builder()
                .copyObjectResult(CopyObjectResult.builder()
                        .eTag(copy.etag().quoted())
                        .lastModified(copy.modifiedAt())
                        .build())
                .build();
    }

    @Override
    public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
        requireOwn(request.bucket());
        requireNoVersion(request.versionId());
        if (request.ifMatchSize() != null || request.ifMatchLastModifiedTime() != null) {
            throw S3Errors.notImplemented("a delete can be conditional on the tag only");
        }
        var precondition = Precondition.parse(request.ifMatch(), null);
        var _ = call(() -> remove(request.key(), precondition));
        return DeleteObjectResponse.builder().build();
    }

    private Deleted remove(String key, Precondition precondition) {
        return ObjectKey.isValid(key) ? objects.index().delete(own, new ObjectKey(key), precondition) : Deleted.NOTHING;
    }

    @Override
    public DeleteObjectsResponse removeBlobs(DeleteObjectsRequest request) {
        requireOwn(request.bucket());
        List<ObjectIdentifier> named = request.delete().objects();
        named.forEach(object -> {
            requireNoVersion(object.versionId());
            if (object.eTag() != null || object.size() != null || object.lastModifiedTime() != null) {
                throw S3Errors.notImplemented("a delete of several objects can not be conditional");
            }
        });
        List<ObjectKey> keys = named.stream()
                .map(ObjectIdentifier::key)
                .filter(ObjectKey::isValid)
                .map(ObjectKey::new)
                .toList();
        var _ = call(() -> objects.index().delete(own, keys));
        return DeleteObjectsResponse.builder()
                .deleted(named.stream()
                        .map(object -> DeletedObject.builder().key(object.key()).build())
                        .toList())
                .build();
    }

    @Override
    public ObjectCannedACL getBlobAccess(String bucket, String key) {
        return getBlobAccess(bucket, key, null);
    }

    @Override
    public ObjectCannedACL getBlobAccess(String bucket, String key, @Nullable String versionId) {
        var _ = find(bucket, key, versionId);
        return ObjectCannedACL.PRIVATE;
    }

    @Override
    public void setBlobAccess(String bucket, String key, ObjectCannedACL access) {
        setBlobAccess(bucket, key, access, null);
    }

    @Override
    public void setBlobAccess(String bucket, String key, ObjectCannedACL access, @Nullable String versionId) {
        var _ = find(bucket, key, versionId);
        requirePrivate(access == ObjectCannedACL.PRIVATE);
    }

    // ---- multipart uploads

    @Override
    public MultipartUpload initiateMultipartUpload(CreateMultipartUploadRequest request) {
        requireOwn(request.bucket());
        requirePrivate(request.acl() == null || request.acl() == ObjectCannedACL.PRIVATE);
        return multipart.create(request);
    }

    @Override
    public UploadPartResponse uploadMultipartPart(
            MultipartUpload upload, UploadPartRequest request, InputStream payload) {
        requireOwn(upload.containerName());
        return multipart.uploadPart(upload, request, payload);
    }

    @Override
    public List<Part> listMultipartUpload(MultipartUpload upload) {
        requireOwn(upload.containerName());
        return multipart.parts(upload);
    }

    @Override
    public List<software.amazon.awssdk.services.s3.model.MultipartUpload> listMultipartUploads(String bucket) {
        requireOwn(bucket);
        return multipart.uploads();
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        requireOwn(upload.containerName());
        ETag etag = multipart.complete(upload, request);
        return CompleteMultipartUploadResponse.builder().eTag(etag.quoted()).build();
    }

    @Override
    public void abortMultipartUpload(MultipartUpload upload) {
        requireOwn(upload.containerName());
        multipart.abort(upload);
    }

    @Override
    public long getMinimumMultipartPartSize() {
        return ObjectStore.MIN_PART_BYTES;
    }
}
