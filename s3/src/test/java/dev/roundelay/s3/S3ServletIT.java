package dev.roundelay.s3;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.testkit.storage.S3Fixture;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// What the servlet adds to S3Proxy's handler.
class S3ServletIT {
    private static final S3KeyPair SIGNER = new S3KeyPair(
            S3Fixture.USER.accessKeyId(),
            S3Fixture.USER.secretAccessKey(),
            S3Fixture.USER.owner(),
            S3Fixture.USER.bucket());

    @TempDir
    Path blobs;

    private static URI link(TestEndpoint endpoint, String key) {
        URI address = URI.create("http://127.0.0.1:" + endpoint.port());
        return new Presigner(address, "garage", InstantSource.system())
                .put(SIGNER, new ObjectKey(key), Duration.ofMinutes(5));
    }

    private static HttpResponse<String> put(URI link) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(link)
                            .PUT(BodyPublishers.ofString("x"))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    @Test
    void uploads_beyond_the_limit_are_told_to_slow_down() throws Exception {
        var config = new S3Config("127.0.0.1", 0, "garage", 1, Duration.ofMillis(1), 1 << 20);
        try (var endpoint = TestEndpoint.onDisk(blobs, config);
                var slow = new Socket(InetAddress.getLoopbackAddress(), endpoint.port())) {
            URI link = link(endpoint, "slow");
            OutputStream out = slow.getOutputStream();
            out.write("PUT %s?%s HTTP/1.1\r\nHost: %s\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
                    .formatted(link.getRawPath(), link.getRawQuery(), link.getRawAuthority())
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            InputStream in = slow.getInputStream();
            assertThat(new String(in.readNBytes(25), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");

            HttpResponse<String> refused = put(link(endpoint, "other"));
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("<Code>SlowDown</Code>");

            out.write("abc".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            assertThat(new String(in.readNBytes(15), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
            assertThat(put(link(endpoint, "other")).statusCode()).isEqualTo(200);
        }
    }

    /// XML has no place for most control characters: half a document must not go out as if it were one.
    @Test
    void a_list_that_xml_cannot_hold_is_refused_and_goes_url_encoded() throws Exception {
        try (var endpoint = TestEndpoint.onDisk(blobs, S3Config.of("127.0.0.1", 0))) {
            assertThat(put(link(endpoint, "a\u0019b")).statusCode()).isEqualTo(200);
            WireClient calls = new WireClient(endpoint.port());

            for (String query :
                    List.of("list-type=2", "list-type=2&prefix=a%19b", "prefix=none%19", "uploads=&prefix=%19")) {
                WireClient.Answer plain = calls.link("GET", "/main-bucket", query, Map.of(), new byte[0]);
                assertThat(plain.status()).as(query).isEqualTo(400);
                assertThat(plain.text()).contains("<Code>InvalidArgument</Code>", "encoding-type=url");
            }
            WireClient.Answer encoded =
                    calls.link("GET", "/main-bucket", "list-type=2&encoding-type=url", Map.of(), new byte[0]);
            assertThat(encoded.status()).isEqualTo(200);
            assertThat(encoded.text()).contains("<Key>a%19b</Key>").endsWith("</ListBucketResult>");
        }
    }

    /// A refusal names the key, which may hold what no document can.
    @Test
    void an_error_about_a_key_that_xml_cannot_hold_is_a_whole_document() throws Exception {
        try (var endpoint = TestEndpoint.onDisk(blobs, S3Config.of("127.0.0.1", 0))) {
            WireClient calls = new WireClient(endpoint.port());

            WireClient.Answer missing = calls.link("GET", "/main-bucket/none%19", "x=", Map.of(), new byte[0]);
            WireClient.Answer copied = calls.link(
                    "PUT", "/main-bucket/c", "x=", Map.of("x-amz-copy-source", "/main-bucket/none%03"), new byte[0]);

            assertThat(missing.status()).isEqualTo(404);
            assertThat(missing.text())
                    .contains("<Code>NoSuchKey</Code>", "none\uFFFD")
                    .endsWith("</Error>");
            assertThat(copied.status()).isEqualTo(404);
            assertThat(copied.text()).endsWith("</Error>");
        }
    }

    @Test
    void whoever_is_refused_holds_no_place_among_the_uploads() throws Exception {
        var config = new S3Config("127.0.0.1", 0, "garage", 1, Duration.ofMillis(1), 1 << 20);
        try (var endpoint = TestEndpoint.onDisk(blobs, config);
                var forger = new Socket(InetAddress.getLoopbackAddress(), endpoint.port())) {
            URI link = URI.create(link(endpoint, "forged").toString().replace("Signature=", "Signature=0"));
            forger.getOutputStream()
                    .write("PUT %s?%s HTTP/1.1\r\nHost: %s\r\nContent-Length: 100000\r\n\r\nbegun"
                            .formatted(link.getRawPath(), link.getRawQuery(), link.getRawAuthority())
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(forger.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 403");

            assertThat(put(link(endpoint, "other")).statusCode())
                    .as("while the forged body still comes")
                    .isEqualTo(200);
        }
    }

    @Test
    void a_head_that_trickles_is_cut_off() throws Exception {
        try (var endpoint = TestEndpoint.inMemory();
                var server = new S3Server(
                                S3Config.of("127.0.0.1", 0),
                                _ -> Optional.empty(),
                                endpoint.objects(),
                                InstantSource.system(),
                                null,
                                new TransportBounds(
                                        ConnectionLimits.none(), Duration.ofMillis(300), BodyPace.Rate.usual()))
                        .start();
                var slow = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            slow.getOutputStream().write("GET /healthz HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));

            assertThat(trickle(slow)).isEmpty();
        }
    }

    /// Whoever knows a key id but not its secret is told the same of every bucket.
    @Test
    void a_wrong_secret_does_not_tell_whose_bucket_it_is() throws Exception {
        String day = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT)
                .withZone(ZoneOffset.UTC)
                .format(Instant.now());
        String forged =
                "AWS4-HMAC-SHA256 Credential=%s/%s/garage/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=%s"
                        .formatted(SIGNER.accessKeyId(), day.substring(0, 8), "0".repeat(64));
        try (var endpoint = TestEndpoint.inMemory();
                HttpClient client = HttpClient.newHttpClient()) {
            for (String payload : List.of("UNSIGNED-PAYLOAD", "0".repeat(64))) {
                Set<String> answers = new HashSet<>();
                for (String bucket : List.of("main-bucket", "other-bucket", "nobodys-bucket")) {
                    for (String query : List.of("?location", "?list-type=2", "")) {
                        HttpResponse<String> answer = client.send(
                                HttpRequest.newBuilder(URI.create(
                                                "http://127.0.0.1:%d/%s%s".formatted(endpoint.port(), bucket, query)))
                                        .header("Authorization", forged)
                                        .header("x-amz-date", day)
                                        .header("x-amz-content-sha256", payload)
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                        answers.add(answer.statusCode() + " "
                                + answer.body().replaceFirst("(?s).*<Code>(.*)</Code>.*", "$1"));
                    }
                }
                assertThat(answers).as(payload).containsExactly("403 SignatureDoesNotMatch");
            }
        }
    }

    @Test
    void a_body_that_trickles_is_ended_and_gives_its_place_back() throws Exception {
        var config = new S3Config("127.0.0.1", 0, "garage", 1, Duration.ofSeconds(30), 1 << 20);
        var bounds = new TransportBounds(
                ConnectionLimits.none(), Duration.ofSeconds(10), new BodyPace.Rate(1_000, Duration.ofMillis(300)));
        try (var endpoint = TestEndpoint.onDisk(blobs, config, bounds);
                var slow = new Socket(InetAddress.getLoopbackAddress(), endpoint.port())) {
            URI link = link(endpoint, "slow");
            slow.getOutputStream()
                    .write("PUT %s?%s HTTP/1.1\r\nHost: %s\r\nContent-Length: 100000\r\n\r\n"
                            .formatted(link.getRawPath(), link.getRawQuery(), link.getRawAuthority())
                            .getBytes(StandardCharsets.US_ASCII));

            assertThat(trickle(slow)).startsWith("HTTP/1.1 400").contains("RequestTimeout");

            assertThat(put(link(endpoint, "other")).statusCode()).isEqualTo(200);
        }
    }

    /// Sends a byte whenever there is no answer yet, until the server has closed the connection; returns what it said.
    private static String trickle(Socket socket) throws IOException {
        var answer = new StringBuilder();
        socket.setSoTimeout(10);
        try {
            while (true) {
                try {
                    int seen = socket.getInputStream().read();
                    if (seen < 0) {
                        return answer.toString();
                    }
                    answer.append((char) seen);
                } catch (SocketTimeoutException _) {
                    socket.getOutputStream().write('x');
                }
            }
        } catch (SocketException closed) {
            return answer.toString();
        }
    }

    @Test
    void each_call_leaves_one_audit_line_without_a_secret() throws Exception {
        var audit = (Logger) LoggerFactory.getLogger("dev.roundelay.s3.audit");
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        audit.addAppender(lines);
        audit.setLevel(Level.INFO);
        try (var endpoint = TestEndpoint.inMemory()) {
            put(link(endpoint, "a b"));
            put(URI.create(link(endpoint, "a b").toString().replace("Signature=", "Signature=0")));
            put(URI.create(link(endpoint, "a b").toString().replace(SIGNER.accessKeyId(), "rsk_live_by-mistake")));
            // The line comes when all is done, which is after the answer.
            awaitLines(lines, 3);
        } finally {
            audit.detachAppender(lines);
            audit.setLevel(null);
        }

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("key=%s operation=PutObject path=/main-bucket/a%%20b status=200 bytes=1 ms="
                                        .formatted(SIGNER.accessKeyId()))
                                .doesNotContain("Signature"),
                        line -> assertThat(line).contains("status=403"),
                        line -> assertThat(line).startsWith("key=- ").contains("status=403"));
    }

    private static void awaitLines(ListAppender<ILoggingEvent> lines, int count) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (lines.list.size() < count && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void a_body_over_the_limit_of_one_put_is_refused() throws Exception {
        var config = new S3Config("127.0.0.1", 0, "garage", 1, Duration.ofSeconds(1), 3);
        try (var endpoint = TestEndpoint.onDisk(blobs, config);
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> refused = client.send(
                    HttpRequest.newBuilder(link(endpoint, "k"))
                            .PUT(BodyPublishers.ofString("four"))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("EntityTooLarge");
        }
    }
}
