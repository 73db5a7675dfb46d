package dev.roundelay.s3;

import dev.roundelay.s3.awssdk.DigestCheck;
import dev.roundelay.s3.awssdk.S3Errors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.gaul.s3proxy.auth.AwsSignature;
import org.gaul.s3proxy.auth.S3AuthorizationHeader;
import org.jspecify.annotations.Nullable;

/// Checks the signature of a request that signs the hash of its body (x-amz-content-sha256 in hexadecimal), so that the
/// body can be streamed and hashed as it is stored. S3Proxy would first read it into memory.
final class SignedPayload {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Duration MAX_SKEW = Duration.ofMinutes(15);
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT);

    private final S3Credentials credentials;
    private final InstantSource clock;

    SignedPayload(S3Credentials credentials, InstantSource clock) {
        this.credentials = credentials;
        this.clock = clock;
    }

    /// A request whose head is genuine.
    record Verified(S3KeyPair caller, String payloadHash, long contentLength) {
        /// Returns the body, which fails at its end if it is not the one that was signed.
        InputStream checked(InputStream body) {
            return new DigestCheck(
                    body,
                    "SHA-256",
                    HexFormat.of().parseHex(payloadHash),
                    contentLength,
                    S3Errors.error(
                            400,
                            "XAmzContentSHA256Mismatch",
                            "the x-amz-content-sha256 is not the one of the bytes that arrived"));
        }
    }

    /// Returns the caller of a request of this kind; empty for every other kind, which S3Proxy streams or checks
    /// itself.
    ///
    /// @throws software.amazon.awssdk.services.s3.model.S3Exception if the signature or the date is wrong
    Optional<Verified> verify(S3Call call) throws IOException {
        String header = call.authorization();
        String hash = call.request().getHeader("x-amz-content-sha256");
        if (header == null
                || !header.startsWith("AWS4-HMAC-SHA256")
                || hash == null
                || !SHA256.matcher(hash).matches()) {
            return Optional.empty();
        }
        var authorization = parse(header);
        Optional<S3KeyPair> caller = credentials.find(authorization.getIdentity());
        if (caller.isEmpty()) {
            return Optional.empty();
        }
        requireRecent(call.request().getHeader("x-amz-date"));
        requireSignature(call, authorization, caller.get(), hash);
        return Optional.of(new Verified(caller.get(), hash, call.request().getContentLengthLong()));
    }

    private static S3AuthorizationHeader parse(String header) {
        try {
            return new S3AuthorizationHeader(header);
        } catch (IllegalArgumentException e) {
            throw S3Errors.error(400, "AuthorizationHeaderMalformed", "the Authorization header cannot be read");
        }
    }

    private void requireRecent(@Nullable String timestamp) {
        Instant signedAt;
        try {
            signedAt = LocalDateTime.parse(timestamp == null ? "" : timestamp, TIMESTAMP)
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw S3Errors.accessDenied("a signed request needs a valid x-amz-date header");
        }
        if (Duration.between(signedAt, clock.instant()).abs().compareTo(MAX_SKEW) > 0) {
            throw S3Errors.error(
                    403,
                    "RequestTimeTooSkewed",
                    "the clocks of client and server differ by more than 15 minutes; set the client's");
        }
    }

    private static void requireSignature(
            S3Call call, S3AuthorizationHeader authorization, S3KeyPair caller, String hash) throws IOException {
        String expected;
        try {
            expected = AwsSignature.createAuthorizationSignatureV4(
                            call.request(),
                            authorization,
                            new byte[0],
                            call.path(),
                            caller.secretAccessKey(),
                            /* presignedUrl= */ false,
                            /* pinnedHash= */ null,
                            hash)
                    .signature();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
        if (!MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.UTF_8),
                authorization.getSignature().getBytes(StandardCharsets.UTF_8))) {
            throw S3Errors.error(
                    403, "SignatureDoesNotMatch", "the signature is not the one of this key; check the secret");
        }
    }
}
