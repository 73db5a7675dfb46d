package dev.roundelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.s3.S3Config;
import dev.roundelay.server.account.Secrets;
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
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A server starts on a data folder and a database that the release before the last migration left behind.
class UpgradeIT {
    private static final String KEY = "rsk_live_of-the-older-release";
    private static final String JOB = "job_older";
    /// The last schema that did not count what a log has: the next one had to do it for those that were there.
    private static final String UNCOUNTED = "7";

    @RegisterExtension
    final TestDatabase database = TestDatabase.bundled();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    /// @param which `last` for the one before this build's last, or a number
    @ParameterizedTest
    @ValueSource(strings = {"last", UNCOUNTED})
    void what_an_earlier_schema_held_is_served_by_this_one(String which) throws Exception {
        MigrationVersion before = which.equals("last") ? beforeTheLast() : MigrationVersion.fromVersion(which);
        leaveBehind(before);
        int port = freePort();
        Files.writeString(folder.resolve("credentials.env"), "RESON_API_KEY=" + KEY + "\n");
        Settings settings = new Settings(
                folder,
                new HttpServer.Listen("127.0.0.1", port, null),
                S3Config.of("127.0.0.1", freePort()),
                null,
                "http://127.0.0.1:" + port,
                "http://127.0.0.1:1",
                "older",
                false,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        try (ControlPlane plane = new ControlPlane(settings, database.database(), new byte[32])) {
            plane.start();
            assertThat(plane.awaitActive(Duration.ofSeconds(60))).isTrue();

            JsonNode job = get(port, "/api/v1/jobs/" + JOB);
            assertThat(job.path("state").asText()).isEqualTo("FINISHED");
            assertThat(job.path("name").asText()).isEqualTo("older");
            JsonNode lines = get(port, "/api/v1/jobs/" + JOB + "/logs");
            assertThat(lines.path("items").findValuesAsText("message")).containsExactly("from before");
            assertThat(get(port, "/readyz").path("status").asText()).isEqualTo("ready");
            if (which.equals(UNCOUNTED)) {
                assertThat(database.values("select log_characters from job_counter", Long.class))
                        .containsExactly((long) "from before".length());
            }
        }
        try (Stream<Path> backups = Files.list(folder.resolve("backups"))) {
            assertThat(backups.map(file -> file.getFileName().toString()))
                    .singleElement()
                    .asString()
                    .startsWith("schema-" + before + "-");
        }
        assertThat(Files.readString(folder.resolve("credentials.env"))).contains("RESON_API_KEY=" + KEY);
    }

    private void leaveBehind(MigrationVersion before) {
        database.jdbi().useHandle(handle -> handle.execute("drop schema public cascade; create schema public"));
        var _ = flyway(before.toString()).migrate();
        database.jdbi().useHandle(handle -> {
            handle.execute("insert into app_user (id, email, role, password_hash, created_at)"
                    + " values ('usr_ada', 'ada@example.org', 'admin', 'none', now())");
            handle.execute(
                    "insert into api_key (id, user_id, name, prefix, secret_sha256, created_at)"
                            + " values ('key_1', 'usr_ada', 'old', 'rsk_live_of', ?, now())",
                    Secrets.sha256(KEY));
            handle.execute(
                    "insert into job (id, owner_id, name, slug, state, phase_since, shards, selection, min_clients,"
                            + " continue_on_site_error, queue_timeout_ms, prepare_timeout_ms, recovery_timeout_ms, max_attempts,"
                            + " priority, created_at, started_at, ended_at, cancel_requested, dropped, note, tags, search)"
                            + " values ('" + JOB + "', 'usr_ada', 'older', 'older', 'FINISHED', now(), 1,"
                            + " '{\"workers\": [\"wrk_gone\"]}', 1, false, 1000, 1000, 1000, 3, 0, now(), now(), now(), false, '{}', '',"
                            + " '{}', 'older')");
            handle.execute(
                    "insert into job_spec values ('" + JOB
                            + "', '{\"name\": \"older\", \"scripts\": \"jobs/older/scripts/\","
                            + " \"shards\": \"jobs/older/shards/\", \"model\": {\"class\": \"Model\"}, \"federation\": {\"rounds\": 1}}')");
            handle.execute("insert into job_counter (job_id, seq) values ('" + JOB + "', 1)");
            handle.execute("insert into job_log (job_id, seq, time, site, source, level, round, attempt, message)"
                    + " values ('" + JOB + "', 1, now(), 'site-1', 'stdout', 'INFO', 0, 1, 'from before')");
        });
    }

    private MigrationVersion beforeTheLast() {
        List<MigrationVersion> all = Stream.of(flyway("latest").info().all())
                .map(migration -> migration.getVersion())
                .sorted()
                .toList();
        return all.get(all.size() - 2);
    }

    private Flyway flyway(String target) {
        return Flyway.configure()
                .dataSource(
                        database.address().url(),
                        database.address().user(),
                        database.address().password())
                .locations("classpath:db/migration")
                .target(target)
                .load();
    }

    private static JsonNode get(int port, String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .header("Authorization", "Bearer " + KEY)
                            .timeout(Duration.ofSeconds(30))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return Json.lenient().readTree(answer.body());
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
