package dev.roundelay.server.workerapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.server.TestControlPlane;
import dev.roundelay.server.TestControlPlane.Answer;
import dev.roundelay.server.TestControlPlane.Caller;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerAuthIT {
    @RegisterExtension
    static final TestControlPlane PLANE = new TestControlPlane();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /worker/v1/register",
                "POST /worker/v1/sync",
                "DELETE /worker/v1/self",
                "GET /worker/v1/assignments/asg_1",
                "GET /worker/v1/assignments/asg_1/inputs/0123456789abcdef0123456789abcdef",
                "GET /worker/v1/assignments/asg_1/models/0",
                "PUT /worker/v1/assignments/asg_1/models/0",
                "PUT /worker/v1/assignments/asg_1/updates/0",
                "PUT /worker/v1/assignments/asg_1/validations/0",
                "PUT /worker/v1/assignments/asg_1/files/0/a.txt",
                "POST /worker/v1/assignments/asg_1/events"
            })
    void nobody_an_api_key_a_session_and_a_made_up_secret_open_no_route_of_workers(String route) {
        String[] parts = route.split(" ");

        for (Caller caller : new Caller[] {
            Caller.NOBODY,
            PLANE.admin(),
            PLANE.adminSession(),
            Caller.bearer("rws_made-up"),
            Caller.bearer("rwt_made-up"),
            Caller.bearer("")
        }) {
            assertThat(PLANE.call(caller, parts[0], parts[1], "{}").status())
                    .as(route + " by " + caller)
                    .isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/jobs",
                "POST /api/v1/jobs",
                "GET /api/v1/workers",
                "GET /api/v1/worker-tokens",
                "GET /api/users/storage/bucket",
                "POST /api/tasks"
            })
    void a_worker_s_secret_and_a_join_token_open_no_route_of_users(String route) {
        String[] parts = route.split(" ");
        String secret =
                PLANE.join("nosy " + route.replace('/', ' ')).path("secret").asText();

        for (String bearer : new String[] {secret, PLANE.credential("ROUNDELAY_WORKER_TOKEN")}) {
            assertThat(PLANE.call(Caller.bearer(bearer), parts[0], parts[1], "{}")
                            .status())
                    .isEqualTo(401);
        }
    }

    /// Of a server with an authority of its own; an agent that knows no fingerprints sends the whole token.
    @Test
    void a_join_token_with_a_fingerprint_joins_as_without_and_nothing_else_may_follow() {
        String token = PLANE.credential("ROUNDELAY_WORKER_TOKEN");
        assertThat(token).doesNotContain(".");

        assertThat(register(token + "." + "0123456789abcdef".repeat(4), "with fingerprint")
                        .status())
                .isEqualTo(201);
        assertThat(register(token + ".more", "with something else").status()).isEqualTo(401);
    }

    @Test
    void a_join_token_does_not_sync_and_a_worker_s_secret_does_not_join() {
        String secret = PLANE.join("mixed").path("secret").asText();

        assertThat(PLANE.sync(PLANE.credential("ROUNDELAY_WORKER_TOKEN"), "one").status())
                .isEqualTo(401);
        assertThat(register(secret, "another").status()).isEqualTo(401);
    }

    @Test
    void a_worker_that_left_is_no_longer_known() {
        JsonNode worker = PLANE.join("leaving");
        String secret = worker.path("secret").asText();
        assertThat(PLANE.sync(secret, "one").status()).isEqualTo(200);

        assertThat(PLANE.call(Caller.bearer(secret), "DELETE", "/worker/v1/self", "")
                        .status())
                .isEqualTo(204);

        assertThat(PLANE.sync(secret, "one").status()).isEqualTo(401);
        assertThat(PLANE.get(
                                PLANE.admin(),
                                "/api/v1/workers/" + worker.path("workerId").asText())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void an_assignment_is_not_found_by_a_worker_that_does_not_hold_it() {
        String secret = PLANE.join("holder").path("secret").asText();

        Answer answer = PLANE.get(Caller.bearer(secret), "/worker/v1/assignments/asg_of_another");

        assertThat(answer.status()).as(answer.text()).isBetween(404, 409);
    }

    @Test
    void a_single_use_token_joins_one_worker_and_its_lost_reply_can_be_asked_for_again() {
        String token = mint("{\"name\": \"once\"}").path("secret").asText();

        Answer first = register(token, "only one", "Idempotency-Key", "start 1");
        Answer again = register(token, "only one", "Idempotency-Key", "start 1");
        assertThat(first.status()).as(first.text()).isEqualTo(201);
        assertThat(again.json().path("workerId")).isEqualTo(first.json().path("workerId"));
        assertThat(PLANE.sync(first.json().path("secret").asText(), "one").status())
                .as("the secret of the lost reply")
                .isEqualTo(401);
        assertThat(PLANE.sync(again.json().path("secret").asText(), "one").status())
                .isEqualTo(200);
        assertThat(register(token, "only one", "Idempotency-Key", "start 1").status())
                .isEqualTo(401);
        assertThat(register(token, "second").status()).isEqualTo(401);
    }

    @Test
    void a_join_that_is_repeated_before_the_first_call_was_answered_gives_the_same_worker() {
        String token = PLANE.credential("ROUNDELAY_WORKER_TOKEN");
        for (int i = 0; i < 20; i++) {
            String name = "impatient " + i;
            List<CompletableFuture<Answer>> calls = Stream.generate(() -> CompletableFuture.supplyAsync(
                            () -> register(token, name, "Idempotency-Key", name), Thread::startVirtualThread))
                    .limit(3)
                    .toList();

            assertThat(calls).extracting(call -> call.join().status()).containsOnly(201);
            assertThat(calls)
                    .extracting(call -> call.join().json().path("workerId").asText())
                    .containsOnly(
                            calls.getFirst().join().json().path("workerId").asText());
        }
    }

    @Test
    void a_repeated_join_ends_the_secret_before_it_even_when_that_was_used() {
        String token = mint("{\"name\": \"twice\"}").path("secret").asText();
        String lost = register(token, "twice joined", "Idempotency-Key", "start 2")
                .json()
                .path("secret")
                .asText();
        assertThat(PLANE.get(Caller.bearer(lost), "/worker/v1/assignments/asg_none")
                        .status())
                .isEqualTo(404);

        assertThat(register(token, "twice joined", "Idempotency-Key", "start 2").status())
                .isEqualTo(201);

        assertThat(PLANE.sync(lost, "one").status()).isEqualTo(401);
    }

    @Test
    void a_revoked_token_joins_nobody_and_what_joined_stays() {
        JsonNode token = mint("{\"reusable\": true}");
        Answer joined = register(token.path("secret").asText(), "early");
        assertThat(joined.status()).isEqualTo(201);

        assertThat(PLANE.call(
                                PLANE.adminSession(),
                                "DELETE",
                                "/api/v1/worker-tokens/" + token.path("id").asText(),
                                "")
                        .status())
                .isEqualTo(204);

        assertThat(register(token.path("secret").asText(), "late").status()).isEqualTo(401);
        assertThat(PLANE.sync(joined.json().path("secret").asText(), "one").status())
                .isEqualTo(200);
    }

    @Test
    void tokens_are_minted_and_listed_in_a_session_only_and_shown_once() {
        mint("{\"name\": \"listed\"}");

        assertThat(PLANE.call(PLANE.admin(), "POST", "/api/v1/worker-tokens", "{}")
                        .code())
                .isEqualTo("session_only");
        assertThat(PLANE.get(PLANE.admin(), "/api/v1/worker-tokens").code()).isEqualTo("session_only");
        Caller session = PLANE.adminSession();
        assertThat(PLANE.call(
                                new Caller(session.header(), session.value(), "wrong"),
                                "POST",
                                "/api/v1/worker-tokens",
                                "{}")
                        .code())
                .isEqualTo("csrf_required");
        assertThat(PLANE.get(session, "/api/v1/worker-tokens").text())
                .contains("listed")
                .doesNotContain("rwt_");
    }

    @Test
    void two_workers_of_one_owner_cannot_have_one_name() {
        PLANE.join("same");

        Answer second = register(PLANE.credential("ROUNDELAY_WORKER_TOKEN"), "same");

        assertThat(second.status()).isEqualTo(409);
        assertThat(second.code()).isEqualTo("name_taken");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\": \"a\"}",
                "{\"name\": \"a\", \"protocol\": 99, \"slots\": 1}",
                "{\"name\": \"a\", \"protocol\": 1, \"slots\": 0}",
                "{\"name\": \"a\", \"protocol\": 1, \"slots\": 1}",
                "{\"name\": \"a\", \"protocol\": 1, \"slots\": 1, \"device\": \"cpu\", \"model\": \"cpu\"}",
                "{\"name\": null, \"protocol\": 1, \"slots\": 1}",
                "null",
                "[]"
            })
    void a_join_that_is_not_whole_is_refused_and_is_no_fault(String body) {
        Answer answer = PLANE.call(
                Caller.bearer(PLANE.credential("ROUNDELAY_WORKER_TOKEN")), "POST", "/worker/v1/register", body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"instanceId\": \"a\", \"protocol\": 1}",
                "null",
                "{\"instanceId\": 5, \"assignments\": [null]}"
            })
    void a_sync_that_is_not_whole_is_refused_and_is_no_fault(String body) {
        String secret = PLANE.join("odd" + body.hashCode()).path("secret").asText();

        Answer answer = PLANE.call(Caller.bearer(secret), "POST", "/worker/v1/sync", body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    }

    private static JsonNode mint(String wish) {
        Answer answer = PLANE.call(PLANE.adminSession(), "POST", "/api/v1/worker-tokens", wish);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json();
    }

    private static Answer register(String token, String name, String... headers) {
        return PLANE.call(Caller.bearer(token), "POST", "/worker/v1/register", """
                {"name": "%s", "protocol": 1, "slots": 1, "device": "cpu", "model": "cpu", "memoryMb": 1000,
                 "labels": {}, "datasets": [], "versions": {}}
                """.formatted(name), headers);
    }
}
