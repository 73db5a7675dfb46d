package dev.roundelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.server.store.TestDatabase;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ServerProcessIT {
    private static final String FILE = "/api/v1/files/content?key=kept.txt";

    @RegisterExtension
    static final TestDatabase POSTGRES = TestDatabase.bundled();

    @TempDir
    Path folder;

    @Test
    void after_kill_9_of_server_and_postgres_everything_acknowledged_is_there() throws Exception {
        Path data = folder.resolve("d");
        String url;
        long postmaster;
        try (ServerProcess first = embedded(data)) {
            assertThat(first.readLine()).matches("roundelay server ready: http://.* \\(S3 http://.*\\) in [\\d.,]+ s");
            url = first.url();
            assertThat(first.send("PUT", FILE, "acknowledged").statusCode()).isEqualTo(200);
            postmaster = first.postmaster();
            first.kill();
        }
        try (ServerProcess second = embedded(data)) {
            second.readLine();
            assertThat(second.url()).as("the ports are kept").isEqualTo(url);
            assertThat(second.postmaster()).as("PostgreSQL is adopted").isEqualTo(postmaster);
            assertThat(second.get(FILE).body()).isEqualTo("acknowledged");

            ProcessHandle.of(postmaster).orElseThrow().destroyForcibly();
            second.kill();
        }
        try (ServerProcess third = embedded(data)) {
            third.readLine();
            assertThat(third.get(FILE).body()).isEqualTo("acknowledged");
            third.signal("TERM");
            third.awaitEnd();
        }
        assertThat(data.resolve("postgres/data/postmaster.pid")).doesNotExist();
    }

    @Test
    void a_server_goes_on_after_its_postgres_was_killed() throws Exception {
        try (ServerProcess server = embedded(folder.resolve("d"))) {
            server.readLine();
            server.send("PUT", FILE, "before");

            ProcessHandle former = ProcessHandle.of(server.postmaster()).orElseThrow();
            former.destroyForcibly();
            former.onExit().get(30, TimeUnit.SECONDS);

            // One and the same answer: between two the server may find out that its connections are gone.
            assertThat(awaitStatus(server, FILE, 200).body()).isEqualTo("before");
            server.closeInput();
            server.awaitEnd();
        }
    }

    @Test
    void a_standby_follows_a_killed_server_and_a_stopped_one_that_wakes_serves_nothing() throws Exception {
        Path secret = folder.resolve("url");
        Files.writeString(secret, POSTGRES.url());
        Path data = folder.resolve("d");
        try (ServerProcess first = external(data, secret)) {
            // The second one starts when the first is active: which of two that start at once wins is open.
            assertThat(first.readLine()).startsWith("roundelay server ready:");
            try (ServerProcess second = external(folder.resolve("e"), secret)) {
                assertThat(second.readLine()).startsWith("roundelay server standby:");
                Files.copy(data.resolve("credentials.env"), folder.resolve("e/credentials.env"));
                HttpResponse<String> refused = second.get("/api/v1/me");
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).contains("1");
                assertThat(second.get("/healthz").statusCode()).isEqualTo(200);

                first.signal("STOP");
                assertThat(second.readLine()).startsWith("roundelay server ready:");
                assertThat(second.get("/api/v1/me").statusCode()).isEqualTo(200);
                first.signal("CONT");
                assertThat(first.get("/api/v1/me").statusCode()).isEqualTo(503);

                second.kill();
                awaitStatus(first, "/api/v1/me", 200);
            }
        }
    }

    @Test
    void no_secret_stands_in_a_command_line_or_the_log() throws Exception {
        Path data = folder.resolve("d");
        try (ServerProcess server = embedded(data)) {
            server.readLine();
            server.send("PUT", FILE, "seen");
            server.send("POST", "/api/v1/session", "{}");
            server.get("/api/v1/jobs/none");

            String seen = server.commandLines() + server.errors();
            assertThat(seen).contains("--data-dir", "postgres");
            List<String> secrets = new ArrayList<>(
                    List.of(Files.readString(data.resolve("server.key")).strip()));
            for (String name :
                    List.of("RESON_API_KEY", "RESON_S3_SECRET", "ROUNDELAY_PASSWORD", "ROUNDELAY_WORKER_TOKEN")) {
                secrets.add(Objects.requireNonNull(server.credentials().get(name), name));
            }
            assertThat(seen).doesNotContain(secrets);
        }
    }

    @Test
    void all_problems_of_a_configuration_are_told_and_nothing_is_started() throws Exception {
        try (ServerProcess server =
                ServerProcess.start(folder.resolve("d"), "--listen", "0.0.0.0", "--tls-cert", "no")) {
            assertThat(server.awaitEnd()).isEqualTo(2);
            assertThat(server.errors()).contains("--listen", "--tls-cert", "--tls-key");
        }
        assertThat(folder.resolve("d")).doesNotExist();
    }

    private static ServerProcess embedded(Path data) throws IOException {
        return ServerProcess.start(
                data, "--postgres-bin", TestDatabase.programs().toString(), "--exit-with-parent");
    }

    private static ServerProcess external(Path data, Path urlFile) throws IOException {
        return ServerProcess.start(data, "--database-url-file", urlFile.toString());
    }

    /// Asks until the answer has this status: while PostgreSQL or another server is away it is 503.
    private static HttpResponse<String> awaitStatus(ServerProcess server, String path, int status)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        HttpResponse<String> seen;
        do {
            seen = server.get(path);
            assertThat(seen.statusCode()).isIn(status, 503);
        } while (seen.statusCode() != status && System.nanoTime() < deadline);
        assertThat(seen.statusCode()).isEqualTo(status);
        return seen;
    }
}
