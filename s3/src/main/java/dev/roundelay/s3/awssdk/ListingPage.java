package dev.roundelay.s3.awssdk;

import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.ListQuery;
import dev.roundelay.storage.Listing;
import dev.roundelay.storage.StoredObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectStorageClass;
import software.amazon.awssdk.services.s3.model.S3Object;

/// One page of a listing, in the two forms that S3 has for it. Continuation tokens are the last key in Base64, since
/// the handler writes them into the XML unescaped.
final class ListingPage {
    private final String prefix;
    private final String delimiter;
    private final int maxKeys;

    ListingPage(@Nullable String prefix, @Nullable String delimiter, @Nullable Integer maxKeys) {
        this.prefix = prefix == null ? "" : prefix;
        this.delimiter = delimiter == null ? "" : delimiter;
        this.maxKeys = maxKeys == null ? 1000 : maxKeys;
    }

    Listing list(BucketIndex index, BucketName bucket, @Nullable String after) {
        if (maxKeys == 0) {
            return new Listing(List.of(), List.of(), "");
        }
        return index.list(bucket, new ListQuery(prefix, delimiter, after == null ? "" : after, maxKeys));
    }

    ListObjectsV2Response toV2(Listing listing) {
        return ListObjectsV2Response.builder()
                .contents(contents(listing))
                .commonPrefixes(commonPrefixes(listing))
                .isTruncated(listing.hasMore())
                .nextContinuationToken(listing.hasMore() ? encodeToken(listing.next()) : null)
                .build();
    }

    ListObjectsResponse toV1(Listing listing) {
        return ListObjectsResponse.builder()
                .contents(contents(listing))
                .commonPrefixes(commonPrefixes(listing))
                .isTruncated(listing.hasMore())
                .nextMarker(listing.hasMore() ? listing.next() : null)
                .build();
    }

    private static List<S3Object> contents(Listing listing) {
        return listing.objects().stream().map(ListingPage::entry).toList();
    }

    private static S3Object entry(StoredObject object) {
        return S3Object.builder()
                .key(object.key().value())
                .eTag(object.etag().quoted())
                .size(object.sizeBytes())
                .lastModified(object.modifiedAt())
                .storageClass(ObjectStorageClass.STANDARD)
                .build();
    }

    private static List<CommonPrefix> commonPrefixes(Listing listing) {
        return listing.commonPrefixes().stream()
                .map(common -> CommonPrefix.builder().prefix(common).build())
                .toList();
    }

    private static String encodeToken(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    static String decodeToken(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw S3Errors.error(400, "InvalidArgument", "the continuation token is not one of ours");
        }
    }
}
