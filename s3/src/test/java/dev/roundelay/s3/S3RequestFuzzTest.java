package dev.roundelay.s3;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Heads of requests: `METHOD path query`, then a header a line. With `+` in front the call is signed as a link, so
/// that
/// what lies behind the signature is reached.
class S3RequestFuzzTest extends EndpointFuzz {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH");
    // Of the framing, which is Jetty's; a request that waits for a body that is not sent would only wait.
    private static final Set<String> FRAMING =
            Set.of("content-length", "transfer-encoding", "host", "connection", "expect", "upgrade", "http2-settings");

    @Override
    protected List<byte[]> samples() {
        return Stream.of(
                        "+GET /main-bucket list-type=2&prefix=a%2F&delimiter=%2F&max-keys=10&encoding-type=url",
                        "+GET /main-bucket uploads=&max-uploads=3&key-marker=a",
                        "+PUT /main-bucket/a%20b x=\nContent-Type: text/plain\nx-amz-meta-a: b\nCache-Control: no-store",
                        "+GET /main-bucket/none x=\nRange: bytes=0-3\nIf-None-Match: \"x\"",
                        "+PUT /main-bucket/c x=\nx-amz-copy-source: /main-bucket/a%20b\nx-amz-metadata-directive: REPLACE",
                        "+PUT /main-bucket/k partNumber=1&uploadId=abc",
                        "GET / \nAuthorization: AWS4-HMAC-SHA256 Credential=K/20260101/garage/s3/aws4_request,"
                                + " SignedHeaders=host, Signature=00\nx-amz-date: 20260101T000000Z\n"
                                + "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                        "GET /main-bucket/k AWSAccessKeyId=K&Signature=x&Expires=1")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    protected Outcome decode(WireClient calls, byte[] input) throws IOException {
        String[] lines = new String(input, StandardCharsets.ISO_8859_1).split("\n", -1);
        String[] start = lines[0].strip().split(" ", 3);
        boolean signed = start[0].startsWith("+");
        String method = start[0].replace("+", "");
        if (start.length < 2 || !METHODS.contains(method) || !isTarget(start[1]) || !start[1].startsWith("/")) {
            return Outcome.REFUSED;
        }
        String query = start.length < 3 ? "" : start[2];
        if (!isTarget(query)) {
            return Outcome.REFUSED;
        }
        Map<String, String> headers = headers(lines);
        WireClient.Answer answer = signed
                ? calls.link(method, start[1], query, headers, new byte[0])
                : calls.send(method, start[1] + (query.isEmpty() ? "" : "?" + query), headers, new byte[0]);
        answer.requireNoFault(lines[0]);
        return Outcome.READ;
    }

    private static boolean isTarget(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '#');
    }

    private static Map<String, String> headers(String[] lines) {
        var headers = new LinkedHashMap<String, String>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            String name = colon < 0 ? "" : lines[i].substring(0, colon).strip();
            if (name.matches("[A-Za-z0-9-]{1,60}") && !FRAMING.contains(name.toLowerCase(java.util.Locale.ROOT))) {
                headers.put(
                        name,
                        lines[i].substring(colon + 1)
                                .replaceAll("[\\x00-\\x1F\\x7F]", " ")
                                .strip());
            }
        }
        return headers;
    }
}
