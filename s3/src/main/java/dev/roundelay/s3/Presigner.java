package dev.roundelay.s3;

import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.UploadId;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes links that carry a signature (AWS signature version 4 in the query), so that whoever holds one may read one
/// object or write one part until it expires. Thread-safe.
public final class Presigner {
    /// The longest that a link may live.
    public static final Duration MAX_LIFE = Duration.ofDays(7);

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final HexFormat PERCENT = HexFormat.of().withUpperCase();
    private static final String UNRESERVED = "-_.~";

    private final URI endpoint;
    private final String region;
    private final InstantSource clock;

    /// @param endpoint as clients reach it (`--s3-public-url`), without a path
    public Presigner(URI endpoint, String region, InstantSource clock) {
        if (endpoint.getHost() == null
                || !(endpoint.getRawPath().isEmpty() || endpoint.getRawPath().equals("/"))) {
            throw new IllegalArgumentException(
                    "[--s3-public-url %s] must be a scheme, a host and perhaps a port, without a path"
                            .formatted(endpoint));
        }
        this.endpoint = endpoint;
        this.region = region;
        this.clock = clock;
    }

    /// Returns a link to read an object.
    ///
    /// @param life 1 s to [#MAX_LIFE]
    public URI get(S3KeyPair signer, ObjectKey key, Duration life) {
        return sign("GET", signer, key, life, Map.of());
    }

    /// Returns a link to save an object under a file name of its own.
    public URI download(S3KeyPair signer, ObjectKey key, String fileName, Duration life) {
        String disposition = "attachment; filename*=UTF-8''" + encode(fileName, "");
        return sign("GET", signer, key, life, Map.of("response-content-disposition", disposition));
    }

    /// Returns a link to upload a whole object.
    public URI put(S3KeyPair signer, ObjectKey key, Duration life) {
        return sign("PUT", signer, key, life, Map.of());
    }

    /// Returns a link to upload one part of a multipart upload.
    public URI putPart(S3KeyPair signer, ObjectKey key, UploadId upload, int partNumber, Duration life) {
        return sign(
                "PUT",
                signer,
                key,
                life,
                Map.of("partNumber", Integer.toString(partNumber), "uploadId", upload.value()));
    }

    private URI sign(String method, S3KeyPair signer, ObjectKey key, Duration life, Map<String, String> more) {
        if (life.compareTo(Duration.ofSeconds(1)) < 0 || life.compareTo(MAX_LIFE) > 0) {
            throw new IllegalArgumentException("[presigned URL] a life of %s is not 1 s to 7 days".formatted(life));
        }
        Instant now = clock.instant();
        String timestamp = TIMESTAMP.format(now);
        String scope = timestamp.substring(0, 8) + "/" + region + "/s3/aws4_request";
        var parameters = new TreeMap<>(more);
        parameters.put("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        parameters.put("X-Amz-Credential", signer.accessKeyId() + "/" + scope);
        parameters.put("X-Amz-Date", timestamp);
        parameters.put("X-Amz-Expires", Long.toString(life.toSeconds()));
        parameters.put("X-Amz-SignedHeaders", "host");
        String query = query(parameters);
        String path = "/" + signer.bucket() + "/" + encode(key.value(), "/");
        String request = String.join(
                "\n", method, path, query, "host:" + endpoint.getRawAuthority(), "", "host", "UNSIGNED-PAYLOAD");
        String text = String.join("\n", "AWS4-HMAC-SHA256", timestamp, scope, sha256(request));
        String signature = HexFormat.of().formatHex(hmac(signingKey(signer, timestamp), text));
        return URI.create(endpoint.getScheme() + "://" + endpoint.getRawAuthority() + path + "?" + query
                + "&X-Amz-Signature=" + signature);
    }

    private static String query(TreeMap<String, String> parameters) {
        var query = new StringBuilder();
        parameters.forEach((name, value) -> query.append(query.isEmpty() ? "" : "&")
                .append(encode(name, ""))
                .append('=')
                .append(encode(value, "")));
        return query.toString();
    }

    private byte[] signingKey(S3KeyPair signer, String timestamp) {
        byte[] key = ("AWS4" + signer.secretAccessKey()).getBytes(StandardCharsets.UTF_8);
        for (String part : new String[] {timestamp.substring(0, 8), region, "s3", "aws4_request"}) {
            key = hmac(key, part);
        }
        return key;
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// Percent-encodes everything but letters, digits, `-_.~` and the characters of `kept`.
    private static String encode(String text, String kept) {
        var encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            boolean plain =
                    c < 128 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0 || kept.indexOf(c) >= 0);
            if (plain) {
                encoded.append(c);
            } else {
                encoded.append('%').append(PERCENT.toHexDigits(b));
            }
        }
        return encoded.toString();
    }
}
