package dev.roundelay.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.Preflight;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RoundelayTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path home;

    private final FakeServer server;

    @SuppressWarnings("NullAway.Init")
    private Roundelay roundelay;

    RoundelayTest() throws IOException {
        server = new FakeServer();
    }

    @BeforeEach
    void start() {
        roundelay = client(server.url());
    }

    @AfterEach
    void stop() {
        roundelay.close();
        server.close();
    }

    @Test
    void each_http_class_has_its_exception_with_code_hint_and_request() {
        for (var expected : Map.of(
                        400, ValidationException.class,
                        401, AuthException.class,
                        403, AuthException.class,
                        404, NotFoundException.class,
                        409, ConflictException.class,
                        410, NotFoundException.class,
                        422, ValidationException.class,
                        500, ServerException.class)
                .entrySet()) {
            server.failOnce(
                    "GET /api/v1/jobs/job_1", FakeServer.Answer.problem(expected.getKey(), "some_code", "[x] no"));
            assertThatThrownBy(() -> roundelay.jobs().get("job_1"))
                    .isInstanceOfSatisfying(RoundelayException.class, error -> {
                        assertThat(error).isInstanceOf(expected.getValue()).hasMessage("[x] no");
                        assertThat(error.code()).isEqualTo("some_code");
                        assertThat(error.hint()).isEqualTo("do it right");
                        assertThat(error.requestId()).isEqualTo("req_1");
                        assertThat(error.status()).isEqualTo(expected.getKey());
                        assertThat(error.details()).containsEntry("shards", 3);
                    });
        }
    }

    @Test
    void a_full_quota_is_an_error_of_its_own() {
        server.failOnce(
                "GET /api/v1/jobs/job_1", FakeServer.Answer.problem(403, "storage_quota_exceeded", "[quota] full"));
        assertThatThrownBy(() -> roundelay.jobs().get("job_1")).isInstanceOf(QuotaExceededException.class);
    }

    @Test
    void a_page_of_a_proxy_is_still_an_error_with_a_status() {
        server.failOnce("GET /api/v1/jobs/job_1", FakeServer.Answer.json(400, "<html>nope</html>"));
        assertThatThrownBy(() -> roundelay.jobs().get("job_1"))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("400");
    }

    @Test
    void a_standby_and_a_cut_connection_are_asked_again() {
        server.failOnce("GET /api/v1/jobs/job_1", FakeServer.Answer.problem(503, "not_active", "[server] standby"));
        server.failOnce("GET /api/v1/jobs/job_1", new FakeServer.Answer(0, new byte[0], Map.of()));
        assertThat(roundelay.jobs().get("job_1").state()).isEqualTo(JobState.RUNNING);
        assertThat(server.routes()).hasSize(3);
    }

    @Test
    void a_lost_answer_to_a_submit_is_repeated_under_the_same_idempotency_key() {
        server.failOnce("POST /api/v1/jobs", new FakeServer.Answer(0, new byte[0], Map.of()));
        JobView job = roundelay.jobs().submit(spec());
        assertThat(job.id()).isEqualTo("job_1");
        assertThat(server.seen.stream()
                        .map(seen -> seen.headers().get("Idempotency-Key"))
                        .distinct())
                .hasSize(1)
                .doesNotContainNull();
    }

    @Test
    void what_was_not_set_is_not_sent() {
        var unused = roundelay.jobs().submit(spec());
        assertThat(server.seen.getFirst().json().has("dataset")).isFalse();
        assertThat(server.seen.getFirst().json().get("model").get("class").asText())
                .isEqualTo("Net");
    }

    @Test
    void the_next_server_is_tried_when_one_does_not_answer() throws IOException {
        String gone;
        try (FakeServer other = new FakeServer()) {
            gone = other.url();
        }
        try (Roundelay both = client(gone + "," + server.url())) {
            assertThat(both.jobs().get("job_1").id()).isEqualTo("job_1");
        }
    }

    @Test
    void no_server_at_all_is_a_connection_error() {
        server.close();
        assertThatThrownBy(() -> roundelay.jobs().get("job_1"))
                .isInstanceOf(ConnectionException.class)
                .hasMessageContaining("is the server running");
    }

    @Test
    void a_file_goes_up_in_parts_and_what_is_unchanged_is_not_sent_again() throws IOException {
        byte[] content = bytes(3_500);
        Path file = Files.write(home.resolve("shard.zip"), content);
        roundelay.files().upload(file, "jobs/x/shards/shard.zip", Progress.NONE);
        assertThat(server.objects.get("jobs/x/shards/shard.zip")).isEqualTo(content);
        assertThat(server.routes().stream().filter(route -> route.contains("/parts/")))
                .hasSize(4);

        server.seen.clear();
        roundelay.files().upload(file, "jobs/x/shards/shard.zip", Progress.NONE);
        assertThat(server.routes().stream().filter(route -> route.contains("/parts/")))
                .isEmpty();
    }

    @Test
    void an_upload_that_was_given_up_goes_on_with_the_parts_that_are_held() throws IOException {
        Path file = Files.write(home.resolve("big.bin"), bytes(4_000));
        boolean[] broken = {true};
        server.faults.add(request -> broken[0] && request.path().endsWith("/parts/4")
                ? FakeServer.Answer.problem(500, "internal", "[server] broke")
                : null);
        assertThatThrownBy(() -> roundelay.files().upload(file, "big.bin", Progress.NONE))
                .isInstanceOf(ServerException.class);
        long before = server.routes().stream()
                .filter(route -> route.contains("/parts/"))
                .count();

        broken[0] = false;
        try (Roundelay later = client(server.url())) {
            later.files().upload(file, "big.bin", Progress.NONE);
        }
        assertThat(server.objects.get("big.bin")).isEqualTo(Files.readAllBytes(file));
        long after = server.routes().stream()
                .filter(route -> route.contains("/parts/"))
                .count();
        assertThat(after - before).isBetween(1L, 4L);
        assertThat(server.routes().stream().filter("POST /api/v1/uploads"::equals))
                .hasSize(1);
    }

    @Test
    void a_lost_answer_to_complete_is_settled_by_the_etag() throws IOException {
        Path file = Files.write(home.resolve("a.bin"), bytes(2_500));
        boolean[] cut = {false};
        server.faults.add(request -> {
            if (!cut[0] && request.path().endsWith("/complete")) {
                cut[0] = true;
                server.put("a.bin", bytes(2_500));
                return new FakeServer.Answer(0, new byte[0], Map.of());
            }
            return null;
        });
        roundelay.files().upload(file, "a.bin", Progress.NONE);
        assertThat(server.routes().stream().filter(route -> route.endsWith("/complete")))
                .hasSize(1);
    }

    @Test
    void an_empty_file_is_one_empty_part() throws IOException {
        Path file = Files.write(home.resolve("empty.txt"), new byte[0]);
        roundelay.files().upload(file, "empty.txt", Progress.NONE);
        assertThat(server.objects.get("empty.txt")).isEmpty();
    }

    @Test
    void a_download_that_was_cut_goes_on_where_it_stopped() throws IOException {
        byte[] content = bytes(5_000);
        server.put("jobs/x/model_out/checkpoint.pt", content);
        server.cutDownloadsAt = 1_234;
        Path target = home.resolve("checkpoint.pt");
        assertThat(roundelay.files().download("jobs/x/model_out/checkpoint.pt", target, Progress.NONE))
                .containsExactly(target);
        assertThat(target).hasBinaryContent(content);
        assertThat(server.seen.stream().map(seen -> seen.headers().get("Range")).filter(range -> range != null))
                .containsExactly("bytes=1234-");
    }

    @Test
    void a_folder_is_downloaded_under_relative_names() {
        server.put("jobs/x/files_out/training_log.txt", "log".getBytes(StandardCharsets.UTF_8));
        server.put("jobs/x/files_out/site-1/round_0/a.csv", "a".getBytes(StandardCharsets.UTF_8));
        var unused = roundelay.files().download("jobs/x/files_out/", home.resolve("out"), Progress.NONE);
        assertThat(home.resolve("out/training_log.txt")).hasContent("log");
        assertThat(home.resolve("out/site-1/round_0/a.csv")).hasContent("a");
    }

    @Test
    void a_key_that_would_leave_the_target_is_refused_before_anything_is_written() {
        server.put("jobs/x/files_out/../../evil", "e".getBytes(StandardCharsets.UTF_8));
        server.put("jobs/x/files_out/a", "a".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> roundelay.files().download("jobs/x/files_out/", home.resolve("out"), Progress.NONE))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("outside");
        assertThat(home.resolve("out")).doesNotExist();
    }

    @Test
    void a_link_in_the_target_folder_does_not_lead_out_of_it() throws IOException {
        Path out = Files.createDirectories(home.resolve("out"));
        Path elsewhere = Files.createDirectories(home.resolve("elsewhere"));
        Files.createSymbolicLink(out.resolve("link"), elsewhere);
        server.put("p/link/a", "a".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> roundelay.files().download("p/", out, Progress.NONE))
                .isInstanceOf(ValidationException.class);
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void a_workspace_lies_under_the_slug_and_old_inputs_go() throws IOException {
        server.put("jobs/my-job/shards/old.zip", "old".getBytes(StandardCharsets.UTF_8));
        server.put("jobs/my-job/files_out/training_log.txt", "log".getBytes(StandardCharsets.UTF_8));
        JobView job = roundelay.submit(workspace("My Job"));
        assertThat(job.id()).isEqualTo("job_1");
        assertThat(server.objects.keySet())
                .containsExactly(
                        "jobs/my-job/files_out/training_log.txt",
                        "jobs/my-job/requirements/requirements.txt",
                        "jobs/my-job/scripts/model_def.py",
                        "jobs/my-job/shards/site-1.zip",
                        "jobs/my-job/shards/site-2.zip");
        assertThat(server.routes()).endsWith("POST /api/v1/jobs");
    }

    @Test
    void a_job_that_would_be_refused_uploads_nothing() throws IOException {
        server.failOnce("POST /api/v1/jobs/preflight", FakeServer.Answer.json(200, """
                        {"ok":false,"shards":0,"warnings":[],
                         "problems":[{"code":"slug_in_use","message":"[slug] busy","hint":"wait"}]}"""));
        WorkspaceUpload workspace = workspace("busy");
        assertThatThrownBy(() -> roundelay.submit(workspace))
                .isInstanceOf(ConflictException.class)
                .hasMessage("[slug] busy");
        assertThat(server.objects).isEmpty();
    }

    @Test
    void a_preflight_tells_names_and_sizes_and_sends_nothing() throws IOException {
        Preflight answer = roundelay.preflight(workspace("asked"));

        assertThat(answer.ok()).isTrue();
        assertThat(answer.warnings())
                .singleElement()
                .satisfies(warning -> assertThat(warning.code()).isEqualTo("must_wait"));
        JsonNode sent = server.seen.getLast().json();
        assertThat(sent.path("manifest").path("files").findValuesAsText("key"))
                .contains("jobs/asked/scripts/model_def.py", "jobs/asked/requirements/requirements.txt");
        assertThat(sent.path("manifest").path("requirements").asText()).contains("torch");
        assertThat(server.objects).isEmpty();
    }

    @Test
    void a_shard_that_is_no_zip_is_refused_here() throws IOException {
        Path shards = Files.createDirectories(home.resolve("bad"));
        Files.writeString(shards.resolve("site-1.zip"), "no zip");
        Path code = Files.writeString(home.resolve("m.py"), "x = 1\n");
        assertThatThrownBy(() -> WorkspaceUpload.of(code, "job").shards(shards).build())
                .isInstanceOfSatisfying(
                        ValidationException.class,
                        error -> assertThat(error.code()).isEqualTo("shard_unreadable"));
    }

    @Test
    void a_folder_of_code_needs_model_def() throws IOException {
        Path code = Files.createDirectories(home.resolve("code"));
        WorkspaceUpload.Builder builder = WorkspaceUpload.of(code, "job").dataset("hospital");
        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        ValidationException.class,
                        error -> assertThat(error.code()).isEqualTo("model_def_missing"));

        Files.writeString(code.resolve("model_def.py"), "");
        Files.createDirectories(code.resolve("lib/__pycache__"));
        Files.writeString(code.resolve("lib/layers.py"), "");
        Files.writeString(code.resolve("lib/__pycache__/layers.py"), "");
        assertThat(builder.build().keys())
                .containsExactly(
                        "jobs/job/scripts/lib/layers.py",
                        "jobs/job/scripts/model_def.py",
                        "jobs/job/requirements/requirements.txt");
    }

    @Test
    void a_session_carries_cookie_and_csrf_token_and_ends() {
        try (Session session = Roundelay.builder()
                .url(server.url())
                .environment(Map.of())
                .home(home)
                .signIn("a@b", "secret")) {
            assertThat(session.user().email()).isEqualTo("a@b");
            assertThat(session.keys().create("cli").secret()).isEqualTo("rsk_live_new");
            assertThat(session.keys().list()).hasSize(1);
            session.keys().revoke("key_1");
        }
        assertThat(server.routes()).endsWith("DELETE /api/v1/api-keys/key_1", "DELETE /api/v1/session");
    }

    @Test
    void the_profile_is_for_its_owner_only_and_its_key_goes_only_to_its_url() throws IOException {
        Path path = Profile.path(home);
        new Profile(server.url(), FakeServer.API_KEY).write(path);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        try (Roundelay own =
                Roundelay.builder().environment(Map.of()).home(home).build()) {
            assertThat(own.jobs().get("job_1").id()).isEqualTo("job_1");
        }
        assertThatThrownBy(() -> Roundelay.builder()
                        .url("https://elsewhere.example")
                        .environment(Map.of())
                        .home(home)
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no API key");
    }

    @Test
    void plain_http_to_another_machine_needs_a_word() {
        assertThatThrownBy(() -> Roundelay.builder()
                        .url("http://192.0.2.1:8000")
                        .apiKey("rsk_live_x")
                        .environment(Map.of())
                        .home(home)
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("unencrypted");
    }

    private Roundelay client(String url) {
        return Roundelay.builder()
                .url(url)
                .apiKey(FakeServer.API_KEY)
                .environment(Map.of())
                .home(home)
                .maxRetries(3)
                .pause(duration -> {})
                .build();
    }

    private WorkspaceUpload workspace(String name) throws IOException {
        Path code = Files.writeString(home.resolve("net.py"), "class Net: ...\n");
        Path shards = Files.createDirectories(home.resolve("shards"));
        zip(shards.resolve("site-1.zip"));
        zip(shards.resolve("site-2.zip"));
        return WorkspaceUpload.of(code, name).shards(shards).build();
    }

    private static void zip(Path path) throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + path.toUri()), Map.of("create", "true"))) {
            Files.writeString(zip.getPath("data.txt"), path.getFileName().toString());
        }
    }

    private static JobSpec spec() {
        return new JobSpec(
                "digits",
                "jobs/digits/scripts/",
                null,
                null,
                "jobs/digits/shards/",
                null,
                null,
                new JobSpec.Model("model_def", "Net", Map.of(), "fl_train", "fl_validate"),
                JobSpec.Training.defaults(),
                JobSpec.Federation.defaults(),
                null,
                JobSpec.Limits.defaults(),
                0);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }
}
