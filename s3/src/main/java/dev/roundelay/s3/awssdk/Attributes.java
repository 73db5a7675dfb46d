package dev.roundelay.s3.awssdk;

import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.StoredObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/// Carries content headers and metadata between the SDK's types and ours. Metadata passes verbatim: S3Proxy keeps
/// checksums in it.
final class Attributes {
    private static final String CACHE = "cache-control";
    private static final String DISPOSITION = "content-disposition";
    private static final String ENCODING = "content-encoding";
    private static final String LANGUAGE = "content-language";
    private static final String EXPIRES = "expires";

    private Attributes() {}

    static ObjectAttributes of(PutObjectRequest request) {
        return attributes(
                request.contentType(),
                request.cacheControl(),
                request.contentDisposition(),
                request.contentEncoding(),
                request.contentLanguage(),
                request.expires(),
                request.metadata());
    }

    static ObjectAttributes of(CreateMultipartUploadRequest request) {
        return attributes(
                request.contentType(),
                request.cacheControl(),
                request.contentDisposition(),
                request.contentEncoding(),
                request.contentLanguage(),
                request.expires(),
                request.metadata());
    }

    static ObjectAttributes of(CopyObjectRequest request) {
        return attributes(
                request.contentType(),
                request.cacheControl(),
                request.contentDisposition(),
                request.contentEncoding(),
                request.contentLanguage(),
                request.expires(),
                request.metadata());
    }

    private static ObjectAttributes attributes(
            @Nullable String contentType,
            @Nullable String cache,
            @Nullable String disposition,
            @Nullable String encoding,
            @Nullable String language,
            @Nullable Instant expires,
            Map<String, String> metadata) {
        var headers = new LinkedHashMap<String, String>();
        putIfPresent(headers, CACHE, cache);
        putIfPresent(headers, DISPOSITION, disposition);
        putIfPresent(headers, ENCODING, encoding);
        putIfPresent(headers, LANGUAGE, language);
        putIfPresent(headers, EXPIRES, expires == null ? null : expires.toString());
        return new ObjectAttributes(
                contentType == null ? ObjectAttributes.DEFAULT.contentType() : contentType, headers, metadata);
    }

    private static void putIfPresent(Map<String, String> headers, String name, @Nullable String value) {
        if (value != null) {
            headers.put(name, value);
        }
    }

    static HeadObjectResponse head(StoredObject object) {
        Map<String, String> headers = object.attributes().headers();
        return HeadObjectResponse.builder()
                .contentLength(object.sizeBytes())
                .contentType(object.attributes().contentType())
                .cacheControl(headers.get(CACHE))
                .contentDisposition(headers.get(DISPOSITION))
                .contentEncoding(headers.get(ENCODING))
                .contentLanguage(headers.get(LANGUAGE))
                .expires(expires(headers))
                .eTag(object.etag().quoted())
                .lastModified(object.modifiedAt())
                .metadata(object.attributes().metadata())
                .build();
    }

    static GetObjectResponse get(StoredObject object, ByteRange range) {
        Map<String, String> headers = object.attributes().headers();
        return GetObjectResponse.builder()
                .contentLength(range.length())
                .contentRange(range.partial() ? range.contentRange() : null)
                .contentType(object.attributes().contentType())
                .cacheControl(headers.get(CACHE))
                .contentDisposition(headers.get(DISPOSITION))
                .contentEncoding(headers.get(ENCODING))
                .contentLanguage(headers.get(LANGUAGE))
                .expires(expires(headers))
                .eTag(object.etag().quoted())
                .lastModified(object.modifiedAt())
                .metadata(object.attributes().metadata())
                .build();
    }

    private static @Nullable Instant expires(Map<String, String> headers) {
        String text = headers.get(EXPIRES);
        if (text == null) {
            return null;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
