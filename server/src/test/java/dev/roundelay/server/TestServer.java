package dev.roundelay.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.s3.S3Config;
import dev.roundelay.server.http.HttpServer;
import dev.roundelay.server.store.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A whole server on a database and a data folder of its own, for a test class: a static `@RegisterExtension` field.
public final class TestServer implements BeforeAllCallback, AfterAllCallback {
    /// What a collector sends.
    public static final String METRICS_TOKEN = "token-of-a-collector";

    private static final byte[] SERVER_KEY = new byte[32];

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestDatabase postgres = TestDatabase.bundled();
    private @Nullable Path folder;
    private @Nullable ControlPlane plane;
    private Map<String, String> credentials = Map.of();
    private String url = "";

    /// One answer.
    public record Answer(int status, String text, HttpResponse<?> response) {
        public JsonNode json() {
            try {
                return Json.lenient().readTree(text);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("no JSON: " + text, e);
            }
        }

        /// Returns the problem's code, or the empty text.
        public String code() {
            return json().path("code").asText("");
        }

        public @Nullable String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }
    }

    /// Who calls: headers to send.
    public record As(Map<String, String> headers) {
        public static final As NOBODY = new As(Map.of());

        public static As key(String secret) {
            return new As(Map.of("Authorization", "Bearer " + secret));
        }

        public As and(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(name, value);
            return new As(more);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        folder = Files.createTempDirectory("roundelay-server-test");
        postgres.open();
        int port = freePort();
        int s3Port = freePort();
        url = "http://127.0.0.1:" + port;
        Settings settings = new Settings(
                folder,
                new HttpServer.Listen("127.0.0.1", port, null),
                S3Config.of("127.0.0.1", s3Port),
                null,
                url,
                "http://127.0.0.1:" + s3Port,
                "test",
                false,
                0,
                Optional.of(METRICS_TOKEN),
                Optional.empty(),
                Optional.empty());
        plane = new ControlPlane(settings, postgres.database(), SERVER_KEY);
        plane.start();
        if (!plane.awaitActive(Duration.ofSeconds(60))) {
            throw new IllegalStateException("the server did not become active");
        }
        credentials = read(folder.resolve("credentials.env"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Map<String, String> read(Path file) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            values.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        }
        return values;
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        if (plane != null) {
            plane.close();
        }
        postgres.close();
        client.close();
        if (folder != null) {
            try (var paths = Files.walk(folder)) {
                for (Path path :
                        paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    public String url() {
        return url;
    }

    public Path folder() {
        return Objects.requireNonNull(folder);
    }

    public TestDatabase postgres() {
        return postgres;
    }

    /// Returns a value of credentials.env.
    public String credential(String name) {
        return Objects.requireNonNull(credentials.get(name), name);
    }

    /// Returns the administrator, by API key.
    public As admin() {
        return As.key(credential("RESON_API_KEY"));
    }

    /// Signs in and returns the session.
    public As signIn(String email, String password) {
        Answer answer = call("POST", "/api/v1/session", As.NOBODY, Map.of("email", email, "password", password));
        if (answer.status() != 200) {
            throw new IllegalStateException(answer.text());
        }
        String cookie = Objects.requireNonNull(answer.header("Set-Cookie")).split(";", 2)[0];
        return new As(Map.of(
                "Cookie", cookie, "X-CSRF-Token", answer.json().get("csrfToken").asText()));
    }

    /// Returns a session of the administrator.
    public As adminSession() {
        return signIn(credential("ROUNDELAY_EMAIL"), credential("ROUNDELAY_PASSWORD"));
    }

    public Answer get(String path, As caller) {
        return send("GET", path, caller, HttpRequest.BodyPublishers.noBody());
    }

    public Answer delete(String path, As caller) {
        return send("DELETE", path, caller, HttpRequest.BodyPublishers.noBody());
    }

    /// Calls with a JSON body.
    public Answer call(String method, String path, As caller, Object body) {
        try {
            return send(
                    method,
                    path,
                    caller.and("Content-Type", "application/json"),
                    HttpRequest.BodyPublishers.ofString(
                            body instanceof String text ? text : Json.lenient().writeValueAsString(body)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    public Answer send(String method, String path, As caller, HttpRequest.BodyPublisher body) {
        HttpResponse<String> response = exchange(method, path, caller, body, HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body(), response);
    }

    public <T> HttpResponse<T> exchange(
            String method,
            String path,
            As caller,
            HttpRequest.BodyPublisher body,
            HttpResponse.BodyHandler<T> handler) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(path.startsWith("http") ? path : url + path))
                .timeout(Duration.ofSeconds(60))
                .method(method, body);
        caller.headers().forEach(request::header);
        try {
            return client.send(request.build(), handler);
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
