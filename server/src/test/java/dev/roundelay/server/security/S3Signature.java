package dev.roundelay.server.security;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs S3 calls (AWS signature version 4) with any key pair and any time, good or not. Independent of the product's
/// own signer. Paths hold only characters that need no encoding.
///
/// @param at when the call claims to be signed
record S3Signature(String accessKeyId, String secret, Instant at) {
    private static final String REGION = "garage";
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /// Where the signature stands, and what it covers. The server has a path of code for each.
    enum Form {
        /// In the header, over the hash of the body.
        HASHED,
        /// In the header, without the body.
        UNHASHED,
        /// In the query: a link.
        LINK
    }

    /// Returns the call with its signature.
    ///
    /// @param headers further ones, which are signed too
    HttpRequest sign(Form form, String method, URI address, byte[] body, Map<String, String> headers) {
        return form == Form.LINK ? link(method, address, body, headers) : header(form, method, address, body, headers);
    }

    private HttpRequest header(Form form, String method, URI address, byte[] body, Map<String, String> headers) {
        String timestamp = TIMESTAMP.format(at);
        String hash = form == Form.HASHED ? hex(sha256(body)) : "UNSIGNED-PAYLOAD";
        TreeMap<String, String> signed = lower(headers);
        signed.put("x-amz-date", timestamp);
        signed.put("x-amz-content-sha256", hash);
        TreeMap<String, String> covered = new TreeMap<>(signed);
        covered.put("host", address.getRawAuthority());
        String names = String.join(";", covered.keySet());
        String signature =
                signature(method, address.getRawPath(), query(parameters(address)), covered, hash, timestamp);
        HttpRequest.Builder request = builder(method, address, body);
        signed.forEach(request::header);
        return request.header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                                .formatted(accessKeyId, scope(timestamp), names, signature))
                .build();
    }

    private HttpRequest link(String method, URI address, byte[] body, Map<String, String> headers) {
        String timestamp = TIMESTAMP.format(at);
        TreeMap<String, String> sent = lower(headers);
        TreeMap<String, String> covered = new TreeMap<>(sent);
        covered.put("host", address.getRawAuthority());
        TreeMap<String, String> parameters = parameters(address);
        parameters.put("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        parameters.put("X-Amz-Credential", accessKeyId + "/" + scope(timestamp));
        parameters.put("X-Amz-Date", timestamp);
        parameters.put("X-Amz-Expires", "600");
        parameters.put("X-Amz-SignedHeaders", String.join(";", covered.keySet()));
        String query = query(parameters);
        String signature = signature(method, address.getRawPath(), query, covered, "UNSIGNED-PAYLOAD", timestamp);
        HttpRequest.Builder request = builder(
                method,
                URI.create("http://" + address.getRawAuthority() + address.getRawPath() + "?" + query
                        + "&X-Amz-Signature=" + signature),
                body);
        sent.forEach(request::header);
        return request.build();
    }

    private static HttpRequest.Builder builder(String method, URI address, byte[] body) {
        return HttpRequest.newBuilder(address)
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
    }

    private String signature(
            String method, String path, String query, TreeMap<String, String> headers, String hash, String timestamp) {
        StringBuilder lines = new StringBuilder();
        headers.forEach(
                (name, value) -> lines.append(name).append(':').append(value).append('\n'));
        String request =
                String.join("\n", method, path, query, lines.toString(), String.join(";", headers.keySet()), hash);
        String text = String.join(
                "\n",
                "AWS4-HMAC-SHA256",
                timestamp,
                scope(timestamp),
                hex(sha256(request.getBytes(StandardCharsets.UTF_8))));
        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String part : scope(timestamp).split("/")) {
            key = hmac(key, part);
        }
        return hex(hmac(key, text));
    }

    private static String scope(String timestamp) {
        return timestamp.substring(0, 8) + "/" + REGION + "/s3/aws4_request";
    }

    private static TreeMap<String, String> lower(Map<String, String> headers) {
        TreeMap<String, String> lower = new TreeMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        return lower;
    }

    private static TreeMap<String, String> parameters(URI address) {
        TreeMap<String, String> parameters = new TreeMap<>();
        if (address.getQuery() != null) {
            for (String pair : address.getQuery().split("&")) {
                String[] parts = pair.split("=", 2);
                parameters.put(parts[0], parts.length == 2 ? parts[1] : "");
            }
        }
        return parameters;
    }

    private static String query(TreeMap<String, String> parameters) {
        StringBuilder query = new StringBuilder();
        parameters.forEach((name, value) -> query.append(query.isEmpty() ? "" : "&")
                .append(encode(name))
                .append('=')
                .append(encode(value)));
        return query.toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
