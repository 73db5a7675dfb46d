package dev.roundelay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.server.active.Standing;
import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a caller may cost before anybody knows who it is. Over real sockets.
@Timeout(60)
class LimitsIT {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final int BYTES = 100;
    private static final int MANY = 100_000;

    private final HttpServer server = new HttpServer(
            new HttpServer.Listen("127.0.0.1", 0, null, SHORT),
            () -> Standing.SERVES,
            List.of(this::routes),
            new SecureRandom());
    private final int port = server.start().getPort();

    private void routes(RoutesConfig routes) {
        OpenBody body = new OpenBody(BYTES, SHORT, System::nanoTime);
        routes.get("/hello", ctx -> ctx.result("hello"));
        routes.post("/open", ctx -> Requests.json(ctx, body.read(ctx, Map.class)));
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
                    send(socket, "x");
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
