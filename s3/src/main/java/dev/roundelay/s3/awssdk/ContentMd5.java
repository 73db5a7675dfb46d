package dev.roundelay.s3.awssdk;

import java.io.InputStream;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Holds a body against the Content-MD5 that came with it; the handler leaves that to the store. What cannot be read of
/// the
/// body at all is the client's fault, too.
final class ContentMd5 {
    private ContentMd5() {}

    static InputStream check(InputStream body, @Nullable String contentMd5, long sizeBytes) {
        if (contentMd5 == null) {
            return new ClientBody(body);
        }
        byte[] expected = Base64.getDecoder().decode(contentMd5);
        return new DigestCheck(
                new ClientBody(body),
                "MD5",
                expected,
                sizeBytes,
                S3Errors.error(400, "BadDigest", "the Content-MD5 is not the one of the bytes that arrived"));
    }
}
