package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.worker.WorkerView;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.Program;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.sdk.Authority;
import dev.roundelay.sdk.Roundelay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A server that makes its certificates itself, under a name that only its workers' machines know, and a second one
/// that stands in for whoever gets between them.
class AutomaticTlsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final String NAME = "fl.roundelay.test";
    private static final int CANNOT_JOIN = 3;

    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    @SuppressWarnings("NullAway.Init")
    private static Installation stranger;

    private record Installation(Program server, Path data, int port, Map<String, String> credentials)
            implements AutoCloseable {
        static Installation start(String name) throws IOException {
            Path data = folder.resolve(name);
            int port = freePort();
            Program server = Program.java(
                    name,
                    "dev.roundelay.server.Main",
                    "256m",
                    folder,
                    List.of(
                            "--data-dir",
                            data.toString(),
                            "--port",
                            Integer.toString(port),
                            "--s3-port",
                            "0",
                            "--tls-auto",
                            "--listen",
                            "0.0.0.0",
                            "--public-url",
                            "https://" + NAME + ":" + port,
                            "--exit-with-parent"));
            server.awaitLine("server ready");
            Map<String, String> credentials = new HashMap<>();
            for (String line : Files.readAllLines(data.resolve("credentials.env"))) {
                credentials.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
            }
            return new Installation(server, data, port, Map.copyOf(credentials));
        }

        String url() {
            return "https://" + NAME + ":" + port;
        }

        String local() {
            return "https://127.0.0.1:" + port;
        }

        String credential(String name) {
            return Objects.requireNonNull(credentials.get(name), name);
        }

        String token() {
            return credential("ROUNDELAY_WORKER_TOKEN");
        }

        Path authority() {
            return data.resolve("tls/ca.pem");
        }

        @Override
        public void close() {
            server.close();
        }
    }

    @BeforeAll
    static void start() throws IOException {
        Path parent = Files.createDirectories(Path.of("target", "e2e").toAbsolutePath());
        folder = Files.createTempDirectory(
                parent, "tls-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(folder.resolve("hosts"), "127.0.0.1 " + NAME + "\n");
        installation = Installation.start("server");
        stranger = Installation.start("stranger");
    }

    @AfterAll
    static void stop() {
        installation.close();
        stranger.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private static Program worker(String name, String server, String token, String... further) throws IOException {
        Path file = Files.writeString(folder.resolve(name + ".token"), token);
        List<String> arguments = new ArrayList<>(List.of(
                "--server",
                server,
                "--token-file",
                file.toString(),
                "--data-dir",
                folder.resolve(name).toString(),
                "--python",
                Python.SYSTEM.toString(),
                "--name",
                name,
                "--exit-with-parent"));
        arguments.addAll(List.of(further));
        return Program.java(
                name,
                "dev.roundelay.worker.Main",
                "128m",
                folder,
                List.of("-Djdk.net.hosts.file=" + folder.resolve("hosts")),
                Map.of(),
                arguments);
    }

    private static List<String> online() {
        try (Roundelay roundelay = Roundelay.builder()
                .environment(Map.of("ROUNDELAY_CACERT", installation.credential("ROUNDELAY_CACERT")))
                .url(installation.local())
                .apiKey(installation.credential("RESON_API_KEY"))
                .build()) {
            return roundelay.workers().list().stream()
                    .filter(worker -> worker.state().equals("online"))
                    .map(WorkerView::name)
                    .toList();
        }
    }

    @Test
    void a_worker_joins_by_its_token_alone_and_needs_nothing_at_its_next_start() throws Exception {
        assertThat(installation.token()).matches("rwt_[A-Za-z0-9_-]{43}\\.[0-9a-f]{64}");
        try (Program worker = worker("by-token", installation.url(), installation.token())) {
            worker.awaitLine("worker ready");
            assertThat(online()).contains("by-token");
        }
        assertThat(Files.readString(folder.resolve("by-token/pinned-ca.pem")))
                .isEqualTo(Files.readString(installation.authority()));

        Files.delete(folder.resolve("by-token.token"));
        try (Program again = Program.java(
                "again",
                "dev.roundelay.worker.Main",
                "128m",
                folder,
                List.of("-Djdk.net.hosts.file=" + folder.resolve("hosts")),
                Map.of(),
                List.of(
                        "--server",
                        installation.url(),
                        "--data-dir",
                        folder.resolve("by-token").toString(),
                        "--python",
                        Python.SYSTEM.toString(),
                        "--name",
                        "by-token",
                        "--exit-with-parent"))) {
            again.awaitLine("worker ready");
            Eventually.await("it is online again", PATIENCE, () -> online().contains("by-token"));
        }
    }

    @Test
    void a_token_without_a_fingerprint_works_with_the_file_of_the_authority_as_before() throws Exception {
        String secret = installation.token().replaceFirst("\\..*", "");
        try (Program worker = worker(
                "by-file",
                installation.url(),
                secret,
                "--cacert",
                installation.authority().toString())) {
            worker.awaitLine("worker ready");
            assertThat(online()).contains("by-file");
        }
        try (Program refused = worker("by-nothing", installation.url(), secret)) {
            assertThat(refused.awaitExit()).isEqualTo(CANNOT_JOIN);
            assertThat(refused.errors()).contains("[certificate] the server's certificate is not trusted");
        }
    }

    @Test
    void a_wrong_fingerprint_is_refused_in_words() throws Exception {
        String wrong = installation.token().replaceFirst("\\..*", "." + "ab".repeat(32));
        try (Program refused = worker("wrong", installation.url(), wrong)) {
            assertThat(refused.awaitExit()).isEqualTo(CANNOT_JOIN);
            assertThat(refused.errors())
                    .contains("[certificate] the join token is of a server whose authority has the fingerprint abab")
                    .contains("mint a new token");
        }
        assertThat(folder.resolve("wrong/pinned-ca.pem")).doesNotExist();
    }

    @Test
    void whoever_stands_in_between_with_another_certificate_gets_nothing() throws Exception {
        // The stranger answers under the same name, with a certificate that is good by its own authority.
        try (Program refused = worker("tricked", stranger.url(), installation.token())) {
            assertThat(refused.awaitExit()).isEqualTo(CANNOT_JOIN);
            assertThat(refused.errors()).contains("[certificate]").contains("somebody may stand in between");
        }
        assertThat(folder.resolve("tricked/worker.json")).doesNotExist();
        assertThat(folder.resolve("tricked/pinned-ca.pem")).doesNotExist();
    }

    @Test
    void the_authority_is_given_to_everybody_and_opens_both_ports() throws Exception {
        try (HttpClient http = HttpClient.newBuilder()
                .sslContext(Authority.trusting(installation.authority()))
                .build()) {
            HttpResponse<String> pem = get(http, installation.local() + "/ca.pem");
            assertThat(pem.body()).isEqualTo(Files.readString(installation.authority()));
            URI s3 = URI.create(installation.credential("RESON_S3_ENDPOINT"));
            assertThat(s3.getScheme()).isEqualTo("https");
            assertThat(get(http, "https://127.0.0.1:" + s3.getPort() + "/healthz")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private static HttpResponse<String> get(HttpClient http, String url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(30))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
