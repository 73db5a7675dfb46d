package dev.roundelay.s3;

import dev.roundelay.testkit.storage.S3Fixture;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.Socket;
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
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.xml.sax.InputSource;

/// Sends S3 calls as bytes, such as no client library would, signed by the fixture's user, and reads the answers. Keeps
/// its connection while it can. For one thread.
final class WireClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final int port;
    private @Nullable Socket socket;
    private String before = "";
    private String answered = "";

    WireClient(int port) {
        this.port = port;
    }

    /// An answer; of a document only what it says.
    record Answer(int status, String head, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /// The server was not the one to fail: it did what it was asked, or said why not, in a document that can be
        /// read.
        void requireNoFault(String what) {
            if (status >= 500 && status != 501) {
                throw new AssertionError(what + " was answered with " + status + ": " + text());
            }
            if (body.length > 0 && text().startsWith("<?xml")) {
                requireDocument(what);
            }
        }

        private void requireDocument(String what) {
            try {
                var builder = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
                builder.setErrorHandler(null);
                builder.parse(new InputSource(new StringReader(text())));
            } catch (Exception e) {
                throw new AssertionError(what + " was answered with what is no XML: " + text(), e);
            }
        }
    }

    /// Sends a call with a link's signature, which does not cover the body.
    ///
    /// @param query as it is sent; parameters with a name of the signature's are for the caller to leave out
    Answer link(String method, String path, String query, Map<String, String> headers, byte[] body) throws IOException {
        String timestamp = TIMESTAMP.format(Instant.now());
        var parameters = new TreeMap<String, String>();
        for (String pair : query.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                parameters.put(
                        equals < 0 ? pair : pair.substring(0, equals), equals < 0 ? "" : pair.substring(equals + 1));
            }
        }
        parameters.put("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        parameters.put(
                "X-Amz-Credential",
                S3Fixture.USER.accessKeyId() + "%2F" + scope(timestamp).replace("/", "%2F"));
        parameters.put("X-Amz-Date", timestamp);
        parameters.put("X-Amz-Expires", "600");
        parameters.put("X-Amz-SignedHeaders", "host");
        var signed = new StringBuilder();
        parameters.forEach((name, value) -> signed.append(signed.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(value));
        String request =
                String.join("\n", method, path, signed, "host:127.0.0.1:" + port, "", "host", "UNSIGNED-PAYLOAD");
        return send(method, path + "?" + signed + "&X-Amz-Signature=" + signature(timestamp, request), headers, body);
    }

    /// Sends a call with a signature in its head, over what the head says of the body.
    Answer signed(String method, String path, String payload, Map<String, String> headers, byte[] body)
            throws IOException {
        String timestamp = TIMESTAMP.format(Instant.now());
        var covered = new TreeMap<String, String>(headers);
        covered.put("host", "127.0.0.1:" + port);
        covered.put("x-amz-content-sha256", payload);
        covered.put("x-amz-date", timestamp);
        var lines = new StringBuilder();
        covered.forEach(
                (name, value) -> lines.append(name).append(':').append(value).append('\n'));
        String names = String.join(";", covered.keySet());
        String request = String.join("\n", method, path, "", lines, names, payload);
        covered.remove("host");
        covered.put(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(
                                S3Fixture.USER.accessKeyId(), scope(timestamp), names, signature(timestamp, request)));
        return send(method, path, covered, body);
    }

    /// Sends a call as it is.
    Answer send(String method, String target, Map<String, String> headers, byte[] body) throws IOException {
        var head = new StringBuilder("%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n".formatted(method, target, port));
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (body.length > 0 || method.equals("PUT") || method.equals("POST")) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        boolean kept = socket != null;
        try {
            return exchange(method, start, body);
        } catch (IOException e) {
            close();
            if (!kept) {
                throw e;
            }
            // The server may have closed a kept connection meanwhile.
            return exchange(method, start, body);
        }
    }

    private Answer exchange(String method, byte[] head, byte[] body) throws IOException {
        Socket open = socket;
        if (open == null) {
            open = new Socket(InetAddress.getLoopbackAddress(), port);
            open.setTcpNoDelay(true);
            open.setSoTimeout(PATIENCE_MILLIS);
            socket = open;
        }
        OutputStream out = open.getOutputStream();
        var bytes = new ByteArrayOutputStream(head.length + body.length);
        bytes.writeBytes(head);
        bytes.writeBytes(body);
        out.write(bytes.toByteArray());
        Answer answer = answer(method, new BufferedInputStream(open.getInputStream()));
        before = new String(head, StandardCharsets.ISO_8859_1);
        return answer;
    }

    private Answer answer(String method, InputStream in) throws IOException {
        String head = line(in);
        if (head.isEmpty()) {
            throw new IOException("the connection was closed without an answer");
        }
        if (!head.startsWith("HTTP/1.1 ")) {
            throw new AssertionError(
                    "after the answer to [%s], which was [%s], came more: [%s]".formatted(before, answered, head));
        }
        int status = Integer.parseInt(head.split(" ", 3)[1]);
        var all = new StringBuilder(head);
        long length = -1;
        boolean chunked = false;
        boolean closes = false;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            all.append('\n').append(line);
            String lower = line.toLowerCase(Locale.ROOT);
            length = lower.startsWith("content-length:")
                    ? Long.parseLong(lower.substring(15).strip())
                    : length;
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
            closes |= lower.startsWith("connection:") && lower.contains("close");
        }
        byte[] body = new byte[0];
        if (!method.equals("HEAD") && status != 204 && status != 304) {
            body = chunked ? chunks(in) : length >= 0 ? in.readNBytes(Math.toIntExact(length)) : in.readAllBytes();
            closes |= !chunked && length < 0;
        }
        if (closes) {
            close();
        }
        answered = all + " and a body of " + body.length + " bytes";
        return new Answer(status, all.toString(), body);
    }

    private static byte[] chunks(InputStream in) throws IOException {
        var body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            body.writeBytes(in.readNBytes(size));
            line(in);
        }
        line(in);
        return body.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private static String scope(String timestamp) {
        return timestamp.substring(0, 8) + "/garage/s3/aws4_request";
    }

    private static String signature(String timestamp, String request) {
        byte[] key = ("AWS4" + S3Fixture.USER.secretAccessKey()).getBytes(StandardCharsets.UTF_8);
        for (String part : scope(timestamp).split("/")) {
            key = hmac(key, part);
        }
        return HexFormat.of()
                .formatHex(
                        hmac(key, String.join("\n", "AWS4-HMAC-SHA256", timestamp, scope(timestamp), sha256(request))));
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

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        Socket open = socket;
        socket = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
