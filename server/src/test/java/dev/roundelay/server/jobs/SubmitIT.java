package dev.roundelay.server.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.server.TestControlPlane;
import dev.roundelay.server.TestControlPlane.Answer;
import dev.roundelay.server.TestControlPlane.Caller;
import dev.roundelay.server.Zips;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.Precondition;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubmitIT {
    private static final String JOBS = "/api/v1/jobs";
    private static final String AUTO = "{\"auto\": {}}";

    @RegisterExtension
    static final TestControlPlane PLANE = new TestControlPlane();

    @BeforeAll
    static void a_good_workspace() {
        PLANE.upload("good/scripts/model_def.py", bytes("x = 1"));
        PLANE.upload("good/shards/shard_1.zip", Zips.of("a.txt"));
        PLANE.upload("good/shards/shard_2.zip", Zips.of("a.txt"));
    }

    @Test
    void a_good_workspace_is_accepted_and_waits_for_workers() {
        JsonNode job = accepted(spec("accepted", "good/scripts", "good/shards", AUTO));

        assertThat(job.path("state").asText()).isEqualTo("PENDING");
        assertThat(job.path("shards").asInt()).isEqualTo(2);
        assertThat(job.path("slug").asText()).isEqualTo("accepted");
        assertThat(PLANE.get(PLANE.admin(), JOBS + "/" + id(job)).json().path("id"))
                .isEqualTo(job.path("id"));
    }

    @Test
    void whoever_looks_at_the_list_is_told_of_a_job_that_is_new() throws Exception {
        assertThat(PLANE.get(Caller.NOBODY, "/api/v1/events").status()).isEqualTo(401);
        try (HttpClient client = HttpClient.newHttpClient();
                Stream<String> lines = client.send(stream(PLANE.admin()), HttpResponse.BodyHandlers.ofLines())
                        .body()) {
            Iterator<String> events =
                    lines.filter(line -> line.startsWith("event: ")).iterator();
            assertThat(events.next()).isEqualTo("event: jobs");

            cancel(accepted(spec("looked-at", "good/scripts", "good/shards", AUTO)));

            assertThat(events.next()).isEqualTo("event: jobs");
            client.shutdownNow();
        }
    }

    @Test
    void a_stream_ends_with_the_key_that_asked_for_it() throws Exception {
        JsonNode minted = PLANE.call(PLANE.adminSession(), "POST", "/api/v1/api-keys", "{\"name\": \"short\"}")
                .json();
        try (HttpClient client = HttpClient.newHttpClient();
                Stream<String> lines = client.send(
                                stream(Caller.bearer(minted.path("secret").asText())),
                                HttpResponse.BodyHandlers.ofLines())
                        .body()) {
            assertThat(PLANE.call(
                                    PLANE.adminSession(),
                                    "DELETE",
                                    "/api/v1/api-keys/" + minted.path("id").asText(),
                                    "")
                            .status())
                    .isLessThan(300);

            // It is looked at whenever a comment would keep the stream alive.
            assertThat(lines.filter(line -> line.startsWith("event: "))).containsOnly("event: jobs");
        }
    }

    private static HttpRequest stream(Caller caller) {
        return HttpRequest.newBuilder(URI.create(PLANE.url() + "/api/v1/events"))
                .header(caller.header(), caller.value())
                .header("Accept", "text/event-stream")
                .timeout(Duration.ofSeconds(60))
                .build();
    }

    @Test
    void without_model_def_it_is_refused() {
        PLANE.upload("nomodel/scripts/other.py", bytes("x = 1"));

        refused(spec("nomodel", "nomodel/scripts", "good/shards", AUTO), "model_def_missing", "model_def.py");
    }

    @Test
    void nvflare_classes_of_the_job_s_own_scripts_are_accepted_and_others_refused_with_the_list() {
        PLANE.upload("flare/scripts/model_def.py", bytes("x = 1"));
        PLANE.upload("flare/scripts/mine.py", bytes("x = 1"));
        String good = spec("flare", "flare/scripts", "good/shards", AUTO)
                .replaceFirst(
                        "\\{",
                        "{\"model\": {\"nvflare\": {\"executor\": {\"path\": \"mine.Site\", \"args\": {\"a\": 1}}}},");

        JsonNode job = accepted(good);

        assertThat(job.path("spec")
                        .path("model")
                        .path("nvflare")
                        .path("executor")
                        .path("path")
                        .asText())
                .isEqualTo("mine.Site");
        refused(
                good.replace("mine.Site", "nvflare.app_common.np.np_trainer.NPTrainer"),
                "unsupported_workflow",
                "supported: an Executor of the job's scripts");
        refused(good.replace("mine.Site", "yours.Site"), "unsupported_workflow", "there is no yours.py");
    }

    @Test
    void without_shards_it_is_refused() {
        PLANE.upload("noshards/readme.txt", bytes("none"));

        refused(spec("noshards", "good/scripts", "noshards", AUTO), "shard_count_mismatch", ".zip");
    }

    @Test
    void more_shards_than_a_job_may_have_are_refused() {
        for (int i = 0; i < 1_001; i++) {
            PLANE.index()
                    .copy(
                            PLANE.adminBucket(),
                            new ObjectKey("good/shards/shard_1.zip"),
                            new ObjectKey("many/shard_%d.zip".formatted(i)),
                            Precondition.NONE);
        }

        refused(spec("many", "good/scripts", "many", AUTO), "shard_count_mismatch", "1,001");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dotdot", "link", "bomb", "encrypted", "text"})
    void a_shard_that_no_worker_would_unpack_is_refused_by_its_name(String kind) {
        byte[] zip = switch (kind) {
            case "dotdot" -> Zips.of("../../etc/passwd");
            case "link" -> Zips.withLink();
            case "bomb" -> Zips.claiming(1L << 40);
            case "encrypted" -> Zips.encrypted();
            default -> bytes("this is no zip");
        };
        PLANE.upload(kind + "/good.zip", Zips.of("a.txt"));
        PLANE.upload(kind + "/evil.zip", zip);

        refused(spec(kind, "good/scripts", kind, AUTO), "shard_unreadable", "evil.zip");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\": \"a\", \"colour\": 1}|unknown_field|colour",
                "{\"name\": \"a\", \"federation\": {\"rouns\": 1}}|unknown_field|federation.rouns",
                "{\"name\": \"a\", \"federation\": {\"rounds\": \"many\"}}|invalid_request|rounds",
                "{\"name\": \"a\", \"federation\": {\"strategy\": {\"name\": \"magic\"}}}|unknown_strategy|fed_avg",
                "{\"name\": \"a\", \"federation\": {\"rounds\": 0}}|invalid_request|federation.rounds",
                "{\"name\": \"a\", \"scripts\": \"../x\"}|invalid_key|scripts",
                "{\"name\": \"a\", \"selection\": {}}|invalid_request|selection",
                "{\"name\": \"  \"}|invalid_request|name",
                "{}|invalid_request|name",
                "[]|invalid_request|body",
                "null|invalid_request|body",
                "{|invalid_request|body",
                "5|invalid_request|body"
            })
    void a_body_that_is_wrong_is_refused_with_the_field_s_name(String body, String code, String word) {
        Answer answer = PLANE.call(PLANE.admin(), "POST", JOBS, body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.text()).contains(code, word);
        assertThat(answer.json().path("hint").asText()).isNotEmpty();
    }

    @Test
    void workers_that_are_unknown_repeated_or_of_another_number_are_refused() {
        String one = PLANE.join("one").path("workerId").asText();
        String two = PLANE.join("two").path("workerId").asText();
        String three = PLANE.join("three").path("workerId").asText();

        refused(pinned("unknown", one, "wrk_nobody"), "unknown_worker", "wrk_nobody");
        refused(pinned("twice", one, one), "duplicate_worker", "twice");
        refused(
                pinned("few", one),
                "shard_count_mismatch",
                "2 shards and 1 workers",
                "re-upload shards to match",
                "auto_select_workers=True");
        refused(pinned("lot", one, two, three), "shard_count_mismatch", "2 shards and 3 workers");
        accepted(pinned("fitting", one, two));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--index-url https://example.org/simple",
                "-r other.txt",
                "-e .",
                "https://example.org/x.whl",
                "torch @ https://example.org/x.whl",
                "git+https://example.org/x.git",
                "./local"
            })
    void requirements_with_options_or_addresses_are_refused(String line) {
        PLANE.upload("req/requirements.txt", bytes("torch\n" + line + "\n"));
        String spec = spec("req", "good/scripts", "good/shards", AUTO)
                .replace("\"name\"", "\"requirements\": \"req/requirements.txt\", \"name\"");

        refused(spec, "requirements_refused", "2");
    }

    @Test
    void files_that_are_named_and_not_there_are_refused() {
        String spec = spec("absent", "good/scripts", "good/shards", AUTO)
                .replace("\"name\"", "\"requirements\": \"none.txt\", \"checkpoint\": \"none.pt\", \"name\"");

        refused(spec, "invalid_request", "none.txt", "none.pt");
    }

    @Test
    void a_repeated_idempotency_key_gives_the_same_job_and_another_user_s_does_not() {
        String spec = spec("repeated", "good/scripts", "good/shards", AUTO);

        Answer first = PLANE.call(PLANE.admin(), "POST", JOBS, spec, "Idempotency-Key", "key 1");
        Answer second = PLANE.call(PLANE.admin(), "POST", JOBS, spec, "Idempotency-Key", "key 1");

        assertThat(second.status()).as(second.text()).isBetween(200, 201);
        assertThat(second.json().path("id")).isEqualTo(first.json().path("id"));
        Caller other = PLANE.newUser("repeating");
        assertThat(PLANE.call(other, "POST", JOBS, spec, "Idempotency-Key", "key 1")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_second_live_job_of_one_folder_is_refused_until_the_first_has_ended() {
        JsonNode first = accepted(spec("Same Name", "good/scripts", "good/shards", AUTO));

        Answer second = PLANE.call(PLANE.admin(), "POST", JOBS, spec("same-name", "good/scripts", "good/shards", AUTO));
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.code()).isEqualTo("slug_in_use");
        assertThat(second.message()).contains(id(first));
        cancel(first);
        accepted(spec("same-name", "good/scripts", "good/shards", AUTO));
    }

    @ParameterizedTest
    @CsvSource({
        "with spaces, with-spaces",
        "Ünïcödé 日本, ünïcödé-日本",
        "a/b/../d, abd",
        "???, job",
        "under_score-dash, under_score-dash"
    })
    void a_name_of_any_characters_makes_one_folder(String name, String slug) {
        JsonNode job = accepted(spec(name, "good/scripts", "good/shards", AUTO));

        assertThat(job.path("slug").asText()).isEqualTo(slug);
        cancel(job);
    }

    @Test
    void a_name_that_is_too_long_or_unprintable_is_refused() {
        refused(spec("n".repeat(500), "good/scripts", "good/shards", AUTO), "invalid_request", "[name]");
        refused(spec("a\\u0007b", "good/scripts", "good/shards", AUTO), "invalid_request", "[name]");
        refused(spec("a\\u0000b", "good/scripts", "good/shards", AUTO), "invalid_request", "[name]");
    }

    @Test
    void somebody_else_s_job_and_worker_answer_like_wrong_ids() {
        JsonNode job = accepted(spec("private", "good/scripts", "good/shards", AUTO));
        String worker = PLANE.join("private").path("workerId").asText();
        Caller other = PLANE.newUser("curious");

        for (String path : List.of(
                JOBS + "/" + id(job),
                JOBS + "/" + id(job) + "/logs",
                JOBS + "/" + id(job) + "/metrics",
                JOBS + "/" + id(job) + "/timeline",
                JOBS + "/" + id(job) + "/rounds",
                JOBS + "/" + id(job) + "/assignments",
                JOBS + "/" + id(job) + "/model",
                "/api/tasks/" + id(job),
                "/api/customer/dashboard/jobs/" + id(job),
                "/api/customer/dashboard/showStatsNvflare?job_id=" + id(job),
                "/api/v1/workers/" + worker)) {
            Answer theirs = PLANE.get(other, path);
            Answer wrong = PLANE.get(other, path.replace(id(job), "job_none").replace(worker, "wrk_none"));
            assertThat(theirs.status()).as(path).isEqualTo(404);
            assertThat(theirs.code()).isEqualTo(wrong.code());
        }
        assertThat(PLANE.call(other, "POST", JOBS + "/" + id(job) + "/cancel", "")
                        .status())
                .isEqualTo(404);
        assertThat(PLANE.call(other, "DELETE", JOBS + "/" + id(job), "").status())
                .isEqualTo(404);
        assertThat(PLANE.get(other, JOBS).json().path("total").asInt()).isZero();
    }

    @Test
    void the_list_is_paged_filtered_and_searched() {
        for (int i = 0; i < 5; i++) {
            accepted(spec("paged " + i, "good/scripts", "good/shards", AUTO));
        }

        JsonNode page =
                PLANE.get(PLANE.admin(), JOBS + "?q=paged&limit=2&offset=1").json();
        assertThat(page.path("total").asInt()).isEqualTo(5);
        assertThat(page.path("items")).hasSize(2);
        assertThat(page.path("items").path(0).path("name").asText()).isEqualTo("paged 3");
        assertThat(PLANE.get(PLANE.admin(), JOBS + "?q=paged&state=FINISHED,FAILED")
                        .json()
                        .path("total")
                        .asInt())
                .isZero();
        for (String query : List.of("limit=0", "limit=201", "limit=x", "offset=-1", "state=DONE")) {
            assertThat(PLANE.get(PLANE.admin(), JOBS + "?" + query).status())
                    .as(query)
                    .isEqualTo(400);
        }
    }

    @Test
    void a_job_is_deleted_when_it_has_ended_and_leaves_nothing() {
        JsonNode job = accepted(spec("deleted", "good/scripts", "good/shards", AUTO));
        Answer live = PLANE.call(PLANE.admin(), "DELETE", JOBS + "/" + id(job), "");
        assertThat(live.status()).isEqualTo(409);
        assertThat(live.code()).isEqualTo("job_live");
        cancel(job);

        assertThat(PLANE.call(PLANE.admin(), "DELETE", JOBS + "/" + id(job) + "?files=true", "")
                        .status())
                .isEqualTo(200);
        assertThat(PLANE.get(PLANE.admin(), JOBS + "/" + id(job)).status()).isEqualTo(404);
        assertThat(PLANE.values("select distinct snapshot from snapshot_entry where snapshot = '" + id(job) + "'"))
                .isEmpty();
    }

    @Test
    void preflight_answers_as_submit_would_and_creates_nothing() {
        List<String> before = state();

        JsonNode good = PLANE.call(
                        PLANE.admin(),
                        "POST",
                        JOBS + "/preflight",
                        spec("preflight", "good/scripts", "good/shards", AUTO))
                .json();
        JsonNode bad = PLANE.call(
                        PLANE.admin(), "POST", JOBS + "/preflight", spec("preflight", "nothing", "nothing", AUTO))
                .json();

        assertThat(good.path("ok").asBoolean()).as(good.toString()).isTrue();
        assertThat(bad.path("ok").asBoolean()).isFalse();
        assertThat(bad.path("problems").findValuesAsText("code")).contains("model_def_missing", "shard_count_mismatch");
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void preflight_judges_what_will_be_uploaded() {
        List<String> before = state();

        JsonNode good = announced("announced", """
                {"files": [{"key": "jobs/x/scripts/model_def.py", "sizeBytes": 10},
                           {"key": "jobs/x/shards/a.zip", "sizeBytes": 10, "unpackedBytes": 20}],
                 "requirements": "torch", "python": "3.12.1"}""");
        JsonNode bad = announced("announced", """
                {"files": [{"key": "jobs/x/scripts/other.py", "sizeBytes": 10}], "requirements": null, "python": null}""");
        JsonNode refused = announced("announced", """
                {"files": [{"key": "jobs/x/scripts/model_def.py", "sizeBytes": 10},
                           {"key": "jobs/x/shards/a.zip", "sizeBytes": 10}],
                 "requirements": "--index-url http://x"}""");
        JsonNode large = announced("announced", """
                {"files": [{"key": "jobs/x/scripts/model_def.py", "sizeBytes": 10},
                           {"key": "jobs/x/shards/a.zip", "sizeBytes": 9000000000000000}]}""");

        assertThat(good.path("ok").asBoolean()).as(good.toString()).isTrue();
        assertThat(good.path("shards").asInt()).isEqualTo(1);
        assertThat(bad.path("problems").findValuesAsText("code")).contains("model_def_missing", "shard_count_mismatch");
        assertThat(refused.path("problems").findValuesAsText("code")).containsExactly("requirements_refused");
        assertThat(large.path("warnings").findValuesAsText("code")).contains("storage_quota_exceeded");
        assertThat(state()).isEqualTo(before);
        assertThat(announced("announced", "{\"file\": []}").path("code").asText())
                .isEqualTo("unknown_field");
    }

    @Test
    void preflight_says_that_a_live_job_has_the_name() {
        accepted(spec("held", "good/scripts", "good/shards", AUTO));

        JsonNode answer = PLANE.call(
                        PLANE.admin(), "POST", JOBS + "/preflight", spec("held", "good/scripts", "good/shards", AUTO))
                .json();

        assertThat(answer.path("problems").findValuesAsText("code")).containsExactly("slug_in_use");
    }

    private static JsonNode announced(String name, String manifest) {
        return PLANE.call(PLANE.admin(), "POST", JOBS + "/preflight", """
                        {"name": "%s", "scripts": "jobs/x/scripts", "shards": "jobs/x/shards", "manifest": %s}
                        """.formatted(name, manifest))
                .json();
    }

    @Test
    void note_and_tags_are_set_found_and_kept() {
        String id = id(accepted(spec("annotated", "good/scripts", "good/shards", AUTO)));
        String path = JOBS + "/" + id;

        JsonNode noted = PLANE.call(PLANE.admin(), "PATCH", path, "{\"note\": \" wider layers \"}")
                .json();
        JsonNode tagged = PLANE.call(PLANE.admin(), "PATCH", path, "{\"tags\": [\"paper\", \"paper\", \"b\"]}")
                .json();

        assertThat(noted.path("note").asText()).isEqualTo("wider layers");
        assertThat(tagged.path("note").asText()).isEqualTo("wider layers");
        assertThat(tagged.path("tags")).extracting(JsonNode::asText).containsExactly("paper", "b");
        assertThat(PLANE.get(PLANE.admin(), JOBS + "?q=wider")
                        .json()
                        .path("items")
                        .findValuesAsText("id"))
                .contains(id);
        assertThat(PLANE.get(PLANE.admin(), JOBS + "?q=PAPER")
                        .json()
                        .path("items")
                        .findValuesAsText("id"))
                .contains(id);
        for (String wrong : List.of(
                "{\"tags\": [\"\"]}", "{\"tags\": [\"%s\"]}".formatted("x".repeat(51)), "{\"note\": \"a\\u0000b\"}")) {
            assertThat(PLANE.call(PLANE.admin(), "PATCH", path, wrong).status())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(PLANE.call(PLANE.admin(), "PATCH", JOBS + "/job_none", "{}").status())
                .isEqualTo(404);
    }

    @Test
    void what_a_waiting_job_has_to_show_is_there_and_empty() {
        String path = JOBS + "/" + id(accepted(spec("shown", "good/scripts", "good/shards", AUTO)));

        assertThat(PLANE.get(PLANE.admin(), path + "/timeline").json().path("items"))
                .isNotEmpty();
        assertThat(PLANE.get(PLANE.admin(), path + "/rounds").json().path("items"))
                .isEmpty();
        assertThat(PLANE.get(PLANE.admin(), path + "/metrics").status()).isEqualTo(200);
        assertThat(PLANE.get(PLANE.admin(), path + "/metrics?format=csv").text())
                .contains("round");
        assertThat(PLANE.get(PLANE.admin(), path + "/logs").json().path("items"))
                .isEmpty();
        assertThat(PLANE.get(PLANE.admin(), path + "/logs?limit=nonsense").status())
                .isEqualTo(400);
        assertThat(PLANE.get(PLANE.admin(), path + "/model").status()).isBetween(404, 410);
    }

    private static JsonNode accepted(String spec) {
        Answer answer = PLANE.call(PLANE.admin(), "POST", JOBS, spec);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json();
    }

    /// Nothing stays behind of a refused submit: no job, no snapshot, no byte of the quota.
    private static void refused(String spec, String code, String... words) {
        List<String> before = state();
        Answer answer = PLANE.call(PLANE.admin(), "POST", JOBS, spec);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.code()).as(answer.text()).isEqualTo(code);
        assertThat(answer.text()).contains(words);
        assertThat(state()).isEqualTo(before);
    }

    private static List<String> state() {
        return PLANE.values("""
                select 'jobs ' || (select count(*) from job)
                    || ' snapshots ' || (select count(*) from snapshot_entry)
                    || ' used ' || (select used_bytes || '/' || reserved_bytes from bucket where name = '%s')
                """.formatted(PLANE.credential("RESON_S3_BUCKET")));
    }

    private static void cancel(JsonNode job) {
        String path = JOBS + "/" + id(job);
        assertThat(PLANE.call(PLANE.admin(), "POST", path + "/cancel", "").status())
                .isEqualTo(200);
        // The stream of events closes when the job has ended.
        String events = PLANE.call(PLANE.admin(), "GET", path + "/events", "", "Accept", "text/event-stream")
                .text();
        assertThat(events).contains("event: state").contains("event: end");
        assertThat(PLANE.get(PLANE.admin(), path).json().path("state").asText()).isEqualTo("CANCELLED");
    }

    private static String id(JsonNode job) {
        return job.path("id").asText();
    }

    private static String pinned(String name, String... workers) {
        return spec(
                name,
                "good/scripts",
                "good/shards",
                "{\"workerIds\": [\"%s\"]}".formatted(String.join("\", \"", workers)));
    }

    private static String spec(String name, String scripts, String shards, String selection) {
        return "{\"name\": \"%s\", \"scripts\": \"%s\", \"shards\": \"%s\", \"selection\": %s}"
                .formatted(name, scripts, shards, selection);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
