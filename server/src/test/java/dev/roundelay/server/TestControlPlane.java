package dev.roundelay.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.s3.Presigner;
import dev.roundelay.s3.S3Config;
import dev.roundelay.s3.S3KeyPair;
import dev.roundelay.server.account.JdbcAccounts;
import dev.roundelay.server.http.HttpServer;
import dev.roundelay.server.store.JdbcBucketIndex;
import dev.roundelay.server.store.TestDatabase;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.OwnerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A whole control plane for a test class: a database and a folder of its own, free ports, started and active.
public final class TestControlPlane implements BeforeAllCallback, AfterAllCallback {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final boolean behindTlsProxy;
    private final TestDatabase postgres = TestDatabase.bundled();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, String> credentials = new HashMap<>();
    private @Nullable Path folder;
    private @Nullable ControlPlane plane;
    private String url = "";
    private String s3Url = "";

    /// A plane that is reached directly, over HTTP.
    public TestControlPlane() {
        this(false);
    }

    /// @param behindTlsProxy whether it believes that a proxy in front of it speaks TLS
    public TestControlPlane(boolean behindTlsProxy) {
        this.behindTlsProxy = behindTlsProxy;
    }

    /// Who calls.
    ///
    /// @param header  name of the header that tells it; empty for nobody
    /// @param csrf    of a session
    public record Caller(String header, String value, String csrf) {
        /// Nobody in particular.
        public static final Caller NOBODY = new Caller("", "", "");

        /// A caller with any bearer.
        public static Caller bearer(String secret) {
            return new Caller("Authorization", "Bearer " + secret, "");
        }
    }

    /// What came back.
    public record Answer(int status, String text, java.net.http.HttpHeaders headers) {
        /// Returns the JSON body.
        public JsonNode json() {
            try {
                return Json.lenient().readTree(text);
            } catch (IOException e) {
                throw new UncheckedIOException(text, e);
            }
        }

        /// Returns the code of an error.
        public String code() {
            return json().path("code").asText();
        }

        /// Returns the message of an error.
        public String message() {
            return json().path("message").asText();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        postgres.open();
        folder = Files.createTempDirectory("plane");
        int api = freePort();
        int s3 = freePort();
        url = "http://127.0.0.1:" + api;
        s3Url = "http://127.0.0.1:" + s3;
        Settings settings = new Settings(
                folder,
                new HttpServer.Listen("127.0.0.1", api, null),
                S3Config.of("127.0.0.1", s3),
                null,
                url,
                s3Url,
                "test-server",
                behindTlsProxy,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        plane = new ControlPlane(settings, postgres.database(), new byte[32]);
        plane.start();
        if (!plane.awaitActive(SOON)) {
            throw new IllegalStateException("the control plane did not become active");
        }
        for (String line : Files.readAllLines(folder.resolve("credentials.env"))) {
            credentials.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        http.close();
        if (plane != null) {
            plane.close();
        }
        postgres.close();
        if (folder != null) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    public ControlPlane plane() {
        return Objects.requireNonNull(plane);
    }

    public TestDatabase database() {
        return postgres;
    }

    /// Returns the address of the API.
    public String url() {
        return url;
    }

    /// Returns the address of the S3 endpoint.
    public String s3Url() {
        return s3Url;
    }

    /// Returns a line of `credentials.env`.
    public String credential(String name) {
        return Objects.requireNonNull(credentials.get(name), name);
    }

    /// Returns the first administrator with the API key of `credentials.env`.
    public Caller admin() {
        return Caller.bearer(credential("RESON_API_KEY"));
    }

    /// Returns the accounts behind the API.
    public JdbcAccounts accounts() {
        return new JdbcAccounts(postgres.jdbi(), InstantSource.system());
    }

    /// Returns the buckets behind the API.
    public JdbcBucketIndex index() {
        return new JdbcBucketIndex(postgres.jdbi(), InstantSource.system(), new Random());
    }

    /// Returns a new session of the first administrator.
    public Caller adminSession() {
        UserId id = accounts().findByEmail("admin@localhost").orElseThrow().id();
        String cookie = "cookie-" + new Random().nextLong();
        accounts().addSession(id, cookie, "csrf");
        return new Caller("Cookie", "roundelay_session=" + cookie, "csrf");
    }

    /// Returns a new user with an API key and without a bucket.
    public Caller newUser(String name) {
        UserId id = new UserId("usr_" + name);
        accounts().add(new JdbcAccounts.Account(id, name + "@localhost", false, false, "no password", Instant.now()));
        String key = "rsk_live_" + name;
        accounts().addKey(id, new JdbcAccounts.ApiKey("key_" + name, name, key, Instant.now(), null), key);
        return Caller.bearer(key);
    }

    /// Calls the API with a JSON body.
    public Answer call(Caller caller, String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", "application/json");
        if (!caller.header().isEmpty()) {
            request.header(caller.header(), caller.value());
        }
        if (!caller.csrf().isEmpty()) {
            request.header("X-CSRF-Token", caller.csrf());
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    /// Calls the API without a body.
    public Answer get(Caller caller, String path) {
        return call(caller, "GET", path, "");
    }

    private Answer send(HttpRequest request) {
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body(), response.headers());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Puts bytes to any address, as the published client does with signed links.
    public Answer put(URI address, byte[] body) {
        return send(HttpRequest.newBuilder(address)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    }

    /// Uploads an object into the first administrator's bucket over S3.
    public void upload(String key, byte[] body) {
        S3KeyPair keys = new S3KeyPair(
                credential("RESON_S3_KEY"), credential("RESON_S3_SECRET"), new OwnerId("any"), adminBucket());
        URI link = new Presigner(URI.create(s3Url), "garage", InstantSource.system())
                .put(keys, new ObjectKey(key), Duration.ofMinutes(5));
        Answer answer = put(link, body);
        if (answer.status() != 200) {
            throw new IllegalStateException(answer.toString());
        }
    }

    /// Returns the first administrator's bucket.
    public BucketName adminBucket() {
        return new BucketName(credential("RESON_S3_BUCKET"));
    }

    /// Lets a worker join for the first administrator and returns its id and secret.
    public JsonNode join(String name) {
        Answer answer =
                call(Caller.bearer(credential("ROUNDELAY_WORKER_TOKEN")), "POST", "/worker/v1/register", """
                {"name": "%s", "protocol": 1, "slots": 1, "device": "cpu", "model": "cpu", "memoryMb": 1000,
                 "labels": {}, "datasets": [], "versions": {"python": "3.12"}}
                """.formatted(
                                name));
        if (answer.status() != 201) {
            throw new IllegalStateException(answer.toString());
        }
        return answer.json();
    }

    /// Lets a worker sync once, which makes it online.
    public Answer sync(String secret, String instance) {
        return sync(secret, instance, 0, "null");
    }

    /// Lets a worker sync and wait for news.
    ///
    /// @param seen JSON of the version that is no news
    public Answer sync(String secret, String instance, int waitSeconds, String seen) {
        return call(
                Caller.bearer(secret), "POST", "/worker/v1/sync?wait=" + waitSeconds, """
                {"instanceId": "%s", "protocol": 1, "slots": 1, "device": "cpu", "model": "cpu", "memoryMb": 1000,
                 "freeMemoryMb": 900, "labels": {}, "datasets": [], "versions": {"python": "3.12"}, "assignments": [],
                 "seen": %s}
                """.formatted(instance, seen));
    }

    /// Returns the first column of a query.
    public List<String> values(String sql) {
        return postgres.values(sql, String.class);
    }
}
