package dev.roundelay.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.roundelay.s3.BodyPace;
import dev.roundelay.s3.ConnectionLimits;
import dev.roundelay.s3.TransportBounds;
import dev.roundelay.server.active.Standing;
import dev.roundelay.server.tls.AutomaticTls;
import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// What a caller may cost before anybody knows who it is. Over real sockets.
@Timeout(60)
class LimitsIT {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final int BYTES = 100;
    private static final int MANY = 100_000;

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch resume = new CountDownLatch(1);
    private final HttpServer server = new HttpServer(
            new HttpServer.Listen("127.0.0.1", 0, null, bounds(ConnectionLimits.none())),
            () -> Standing.SERVES,
            List.of(this::routes),
            new SecureRandom());
    private final int port = server.start().getPort();

    private void routes(RoutesConfig routes) {
        OpenBody body = new OpenBody(BYTES, SHORT, System::nanoTime);
        routes.get("/hello", ctx -> ctx.result("hello"));
        routes.post("/known", ctx -> {
            ctx.bodyInputStream().readNBytes(1);
            begun.countDown();
            resume.await(30, TimeUnit.SECONDS);
            ctx.bodyInputStream().readAllBytes();
            ctx.result("hello");
        });
        routes.post("/open", ctx -> Requests.json(ctx, body.read(ctx, Map.class)));
    }

    private static TransportBounds bounds(ConnectionLimits connections) {
        return new TransportBounds(connections, SHORT, new BodyPace.Rate(1_000, SHORT));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_head_that_trickles_is_cut_off() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: ");

            String answer = trickle(socket);

            assertThat(answer).doesNotContain("hello");
        }
    }

    @Test
    void a_head_that_never_begins_is_cut_off() throws Exception {
        try (Socket socket = connect()) {
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    void a_further_head_that_trickles_is_cut_off_and_waiting_between_two_is_not() throws Exception {
        try (Socket waiting = connect();
                Socket slow = connect()) {
            for (Socket socket : List.of(waiting, slow)) {
                send(socket, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(readOne(socket)).startsWith("HTTP/1.1 200").endsWith("hello");
            }

            // By the time that one is cut off, the other one has waited as long.
            send(slow, "GET /hello HTTP/1.1\r\nX-Slow: ");
            assertThat(trickle(slow)).doesNotContain("hello");

            send(waiting, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(readOne(waiting)).startsWith("HTTP/1.1 200").endsWith("hello");
        }
    }

    @Test
    void a_body_before_authentication_that_trickles_is_cut_off() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n".formatted(BYTES));

            String answer = trickle(socket);

            assertThat(answer).startsWith("HTTP/1.1 400").contains("invalid_request", "took longer than 300 ms");
        }
    }

    @Test
    void a_body_before_authentication_is_small() throws Exception {
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                            .formatted(MANY, "x".repeat(BYTES + 1)));

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 413").contains("too_large");
        }
    }

    @Test
    void a_body_of_a_known_caller_that_trickles_is_ended_in_words() throws Exception {
        resume.countDown();
        try (Socket socket = connect()) {
            send(socket, "POST /known HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n".formatted(MANY));

            String answer = trickle(socket);

            assertThat(answer)
                    .startsWith("HTTP/1.1 408")
                    .contains("body_too_slow", "it has to be 1,000 bytes a second");
        }
    }

    /// What the server does with the bytes that it has is no time of the caller's.
    @Test
    void a_body_that_the_server_is_slow_to_read_is_taken() throws Exception {
        try (Socket waiting = connect();
                Socket slow = connect()) {
            send(waiting, "POST /known HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n".formatted(BYTES));
            send(waiting, "x".repeat(BYTES - 1));
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

            // By the time that this one is cut off, the other one has taken longer than it may wait.
            send(slow, "GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: ");
            trickle(slow);
            resume.countDown();
            send(waiting, "x");

            assertThat(readOne(waiting)).startsWith("HTTP/1.1 200");
        }
    }

    /// Over the machine's own address, since loopback has no bound of its own.
    @Test
    void one_address_holds_as_many_connections_as_it_may_and_the_log_says_so_once() throws Exception {
        InetAddress own = ownAddress();
        ConnectionLimits limits = new ConnectionLimits(100, 3, System::nanoTime);
        Logger logger = (Logger) LoggerFactory.getLogger(ConnectionLimits.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        List<Socket> sockets = new ArrayList<>();
        try (HttpServer limited = server("0.0.0.0", limits, null)) {
            int there = limited.start().getPort();
            for (int i = 0; i < 3; i++) {
                sockets.add(new Socket(own, there));
                assertThat(hello(sockets.getLast())).startsWith("HTTP/1.1 200");
            }
            for (int i = 0; i < 20; i++) {
                try (Socket beyond = new Socket(own, there)) {
                    assertThat(endOf(beyond)).isEmpty();
                }
            }
            try (Socket local = new Socket("127.0.0.1", there)) {
                assertThat(hello(local)).startsWith("HTTP/1.1 200");
            }

            sockets.removeLast().close();
            await(() -> limits.openCount() < 3);
            sockets.add(new Socket(own, there));
            assertThat(hello(sockets.getLast())).startsWith("HTTP/1.1 200");
        } finally {
            logger.detachAppender(lines);
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .singleElement()
                .asString()
                .contains("[connections] 3 of " + own.getHostAddress(), "--max-connections-per-address");
    }

    @Test
    void all_together_hold_as_many_as_the_process_may_and_each_end_makes_room() throws Exception {
        ConnectionLimits limits = new ConnectionLimits(2, 100, System::nanoTime);
        try (HttpServer limited = server("127.0.0.1", limits, null)) {
            int there = limited.start().getPort();
            try (Socket first = new Socket("127.0.0.1", there);
                    Socket second = new Socket("127.0.0.1", there);
                    Socket third = new Socket("127.0.0.1", there)) {
                assertThat(hello(first)).startsWith("HTTP/1.1 200");
                assertThat(hello(second)).startsWith("HTTP/1.1 200");
                assertThat(endOf(third)).isEmpty();
            }
            await(() -> limits.openCount() == 0);
            try (Socket fourth = new Socket("127.0.0.1", there)) {
                assertThat(hello(fourth)).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void the_deadline_of_a_head_counts_over_tls_too(@TempDir Path data) throws Exception {
        try (AutomaticTls tls = AutomaticTls.open(
                        data.resolve("tls"),
                        () -> new TreeSet<>(List.of("localhost")),
                        InstantSource.system(),
                        new SecureRandom());
                HttpServer secure = server("127.0.0.1", ConnectionLimits.none(), tls.context())) {
            int there = secure.start().getPort();
            SSLContext client = trusting(data.resolve("tls").resolve(AutomaticTls.AUTHORITY));
            try (Socket silent = new Socket("127.0.0.1", there);
                    Socket good = client.getSocketFactory().createSocket("127.0.0.1", there)) {
                assertThat(hello(good)).startsWith("HTTP/1.1 200");
                assertThat(endOf(silent)).as("no handshake").isEmpty();
            }
            try (Socket slow = client.getSocketFactory().createSocket("127.0.0.1", there)) {
                send(slow, "GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: ");
                assertThat(trickle(slow)).doesNotContain("hello");
            }
        }
    }

    private static SSLContext trusting(Path pem) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(pem)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private HttpServer server(String host, ConnectionLimits limits, @Nullable SSLContext tls) {
        SslContextFactory.Server factory = null;
        if (tls != null) {
            factory = new SslContextFactory.Server();
            factory.setSslContext(tls);
        }
        return new HttpServer(
                new HttpServer.Listen(host, 0, factory, bounds(limits)),
                () -> Standing.SERVES,
                List.of(this::routes),
                new SecureRandom());
    }

    private static InetAddress ownAddress() throws SocketException {
        Optional<InetAddress> own = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst();
        assumeTrue(own.isPresent(), "this machine has no address but loopback");
        return own.orElseThrow();
    }

    private static String hello(Socket socket) throws IOException {
        send(socket, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        return readOne(socket);
    }

    /// Reads until the server has ended the connection, by whatever means.
    private static String endOf(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketException reset) {
            return "";
        }
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void a_chunked_body_is_bounded_too() throws Exception {
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n"
                            .formatted(BYTES + 1, "x".repeat(BYTES + 1)));

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 413").contains("too_large");
        }
    }

    @Test
    void a_head_of_more_than_8_KiB_is_refused() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "GET /hello HTTP/1.1\r\nHost: x\r\nX-Long: %s\r\n\r\n".formatted("x".repeat(8 << 10)));

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 431");
            isAProblemWithItsHeaders(answer, "too_large");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hello/..%2fx", "/hello/%00", "/hello/%zz", "/<script>"})
    void an_address_that_cannot_be_taken_is_not_repeated_in_a_page(String path) throws Exception {
        try (Socket socket = connect()) {
            send(socket, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".formatted(path));

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).matches("(?s)HTTP/1.1 40[04] .*");
            isAProblemWithItsHeaders(answer, "");
        }
    }

    private static void isAProblemWithItsHeaders(String answer, String code) {
        assertThat(answer)
                .contains("Content-Type: application/problem+json", "\"code\":\"" + code)
                .contains("X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer", "X-Frame-Options: DENY")
                .contains("Cache-Control: no-store", "Content-Security-Policy: default-src 'none'")
                .doesNotContain("<html");
    }

    private Socket connect() throws IOException {
        return new Socket("127.0.0.1", port);
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    /// Sends a byte whenever there is no answer yet, until the server has closed the connection; returns what it said.
    private static String trickle(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
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
                    // Not into an answer: a closed connection that is sent to is reset, and the rest of it is lost.
                    if (answer.isEmpty()) {
                        send(socket, "x");
                    }
                }
            }
        } catch (SocketException closed) {
            return answer.toString();
        }
    }

    /// Reads one answer to the last byte of its short body.
    private static String readOne(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("hello") < 0) {
            int seen = socket.getInputStream().read();
            if (seen < 0) {
                break;
            }
            answer.append((char) seen);
        }
        return answer.toString();
    }
}
