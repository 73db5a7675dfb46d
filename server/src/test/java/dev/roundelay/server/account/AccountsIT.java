package dev.roundelay.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.server.TestServer;
import dev.roundelay.server.TestServer.Answer;
import dev.roundelay.server.TestServer.As;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AccountsIT {
    @RegisterExtension
    static final TestServer SERVER = new TestServer();

    @Test
    void the_first_start_writes_all_credentials_for_the_owner_only() throws IOException {
        Path file = SERVER.folder().resolve("credentials.env");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readAllLines(file).stream().map(line -> line.substring(0, line.indexOf('='))))
                .containsExactlyInAnyOrder(
                        "RESON_BASE_URL",
                        "RESON_API_KEY",
                        "RESON_S3_ENDPOINT",
                        "RESON_S3_KEY",
                        "RESON_S3_SECRET",
                        "RESON_S3_BUCKET",
                        "RESON_S3_REGION",
                        "RESON_DASHBOARD_URL",
                        "ROUNDELAY_EMAIL",
                        "ROUNDELAY_PASSWORD",
                        "ROUNDELAY_WORKER_TOKEN");
        assertThat(SERVER.credential("RESON_BASE_URL")).isEqualTo(SERVER.url());
        assertThat(SERVER.get("/api/v1/me", SERVER.admin()).json().get("email").asText())
                .isEqualTo("admin@localhost");
    }

    @Test
    void a_session_is_a_strict_cookie_and_unsafe_methods_need_its_token() {
        Answer answer = SERVER.call(
                "POST",
                "/api/v1/session",
                As.NOBODY,
                Map.of("email", "ADMIN@localhost", "password", SERVER.credential("ROUNDELAY_PASSWORD")));

        assertThat(answer.status()).isEqualTo(200);
        String cookie = answer.header("Set-Cookie");
        assertThat(cookie).startsWith("roundelay_session=").contains("HttpOnly", "SameSite=Strict", "Path=/");
        As without = new As(Map.of("Cookie", String.valueOf(cookie).split(";", 2)[0]));
        assertThat(SERVER.get("/api/v1/me", without).status()).isEqualTo(200);
        assertThat(SERVER.call("POST", "/api/v1/api-keys", without, Map.of("name", "x"))
                        .code())
                .isEqualTo("csrf_required");
        As with = without.and("X-CSRF-Token", answer.json().get("csrfToken").asText());
        assertThat(SERVER.delete("/api/v1/session", with).status()).isEqualTo(204);
        assertThat(SERVER.get("/api/v1/me", with).code()).isEqualTo("session_required");
    }

    @Test
    void a_page_that_was_loaded_again_learns_its_token_from_the_cookie_alone() {
        As session = SERVER.adminSession();
        As cookieOnly = new As(Map.of("Cookie", String.valueOf(session.headers().get("Cookie"))));

        Answer answer = SERVER.get("/api/v1/session", cookieOnly);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("csrfToken").asText())
                .isEqualTo(session.headers().get("X-CSRF-Token"));
        assertThat(answer.json().path("user").path("email").asText()).isEqualTo("admin@localhost");
        assertThat(SERVER.get("/api/v1/session", As.NOBODY).code()).isEqualTo("session_required");
        assertThat(SERVER.get("/api/v1/session", new As(Map.of("Cookie", "roundelay_session=ses_none")))
                        .code())
                .isEqualTo("session_required");
        assertThat(SERVER.get("/api/v1/session", SERVER.admin()).code()).isEqualTo("session_only");
    }

    @Test
    void a_wrong_password_and_an_unknown_user_are_answered_alike() {
        Answer wrong = SERVER.call(
                "POST", "/api/v1/session", As.NOBODY, Map.of("email", "admin@localhost", "password", "not this one"));
        Answer unknown = SERVER.call(
                "POST", "/api/v1/session", As.NOBODY, Map.of("email", "who@localhost", "password", "not this one"));

        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.code()).isEqualTo(unknown.code()).isEqualTo("bad_credentials");
        assertThat(wrong.json().get("message")).isEqualTo(unknown.json().get("message"));
    }

    @Test
    void guessing_is_slowed_down_and_others_are_not_locked_out() {
        for (int i = 0; i < 3; i++) {
            SERVER.call("POST", "/api/v1/session", As.NOBODY, Map.of("email", "victim@x", "password", "guess " + i));
        }

        Answer fourth =
                SERVER.call("POST", "/api/v1/session", As.NOBODY, Map.of("email", "victim@x", "password", "guess"));

        assertThat(fourth.status()).isEqualTo(429);
        assertThat(fourth.json().at("/details/retryAfterSeconds").asInt()).isPositive();
        assertThat(SERVER.adminSession().headers()).isNotEmpty();
    }

    @Test
    void keys_are_minted_in_a_session_only_and_end_when_revoked() {
        assertThat(SERVER.call("POST", "/api/v1/api-keys", SERVER.admin(), Map.of("name", "x"))
                        .code())
                .isEqualTo("session_only");
        As session = SERVER.adminSession();

        Answer minted = SERVER.call("POST", "/api/v1/api-keys", session, Map.of("name", "notebook"));

        assertThat(minted.status()).isEqualTo(201);
        String secret = minted.json().get("secret").asText();
        assertThat(secret).startsWith("rsk_live_");
        assertThat(SERVER.get("/api/v1/me", As.key(secret)).status()).isEqualTo(200);
        Answer listed = SERVER.get("/api/v1/api-keys", session);
        assertThat(listed.text()).doesNotContain(secret);
        assertThat(listed.json().findValuesAsText("name")).contains("notebook");
        String id = minted.json().get("id").asText();
        assertThat(SERVER.delete("/api/v1/api-keys/" + id, session).status()).isEqualTo(204);
        assertThat(SERVER.get("/api/v1/me", As.key(secret)).code()).isEqualTo("invalid_api_key");
        assertThat(SERVER.delete("/api/v1/api-keys/" + id, session).status()).isEqualTo(404);
        assertThat(SERVER.postgres().values("select encode(secret_sha256, 'escape') from api_key", String.class))
                .noneMatch(secret::contains);
    }

    @Test
    void a_new_user_gets_a_password_once_and_may_do_nothing_of_an_administrators() {
        As admin = SERVER.adminSession();

        Answer created =
                SERVER.call("POST", "/api/v1/users", admin, Map.of("email", "ada@example.org", "quotaBytes", 1_000));

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.json().get("quotaBytes").asLong()).isEqualTo(1_000);
        As ada = SERVER.signIn("ada@example.org", created.json().get("password").asText());
        assertThat(SERVER.get("/api/v1/users", ada).code()).isEqualTo("role_required");
        assertThat(SERVER.get("/api/v1/audit", ada).code()).isEqualTo("role_required");
        assertThat(SERVER.call("POST", "/api/v1/users", admin, Map.of("email", "ADA@example.org"))
                        .code())
                .isEqualTo("user_exists");
        assertThat(SERVER.get("/api/v1/users", admin).text()).doesNotContain("password\":\"");
        assertThat(SERVER.get("/api/v1/audit", admin).json().findValuesAsText("action"))
                .contains("user_created", "signed_in");
        JsonNode found = SERVER.get("/api/v1/audit?q=USER_created", admin).json();
        assertThat(found.findValuesAsText("action")).containsOnly("user_created");
        assertThat(found.get("total").asInt()).isEqualTo(found.get("items").size());
        assertThat(SERVER.get("/api/v1/audit?q=100%25", admin).json().get("items"))
                .isEmpty();
    }

    @Test
    void a_disabled_user_is_out_at_once_with_session_and_key() {
        As admin = SERVER.adminSession();
        Answer created = SERVER.call("POST", "/api/v1/users", admin, Map.of("email", "bob@example.org"));
        String password = created.json().get("password").asText();
        As bob = SERVER.signIn("bob@example.org", password);
        As key = As.key(SERVER.call("POST", "/api/v1/api-keys", bob, Map.of("name", "k"))
                .json()
                .get("secret")
                .asText());
        String path = "/api/v1/users/" + created.json().get("id").asText();

        assertThat(SERVER.call("PATCH", path, admin, Map.of("disabled", true)).status())
                .isEqualTo(200);

        assertThat(SERVER.get("/api/v1/me", bob).status()).isEqualTo(401);
        assertThat(SERVER.get("/api/v1/me", key).status()).isEqualTo(401);
        assertThat(SERVER.call(
                                "POST",
                                "/api/v1/session",
                                As.NOBODY,
                                Map.of("email", "bob@example.org", "password", password))
                        .code())
                .isEqualTo("user_disabled");
        assertThat(SERVER.delete(path, admin).status()).isEqualTo(204);
        assertThat(SERVER.delete(path, admin).status()).isEqualTo(404);
    }

    @Test
    void a_changed_password_ends_the_other_sessions() {
        As admin = SERVER.adminSession();
        String password = SERVER.call("POST", "/api/v1/users", admin, Map.of("email", "eve@example.org"))
                .json()
                .get("password")
                .asText();
        As first = SERVER.signIn("eve@example.org", password);
        As second = SERVER.signIn("eve@example.org", password);

        assertThat(SERVER.call(
                                "PUT",
                                "/api/v1/me/password",
                                first,
                                Map.of("current", "wrong", "password", "long enough"))
                        .code())
                .isEqualTo("bad_credentials");
        assertThat(SERVER.call("PUT", "/api/v1/me/password", first, Map.of("current", password, "password", "short"))
                        .code())
                .isEqualTo("invalid_request");
        assertThat(SERVER.call(
                                "PUT",
                                "/api/v1/me/password",
                                first,
                                Map.of("current", password, "password", "a longer one"))
                        .status())
                .isEqualTo(204);

        assertThat(SERVER.get("/api/v1/me", first).status()).isEqualTo(200);
        assertThat(SERVER.get("/api/v1/me", second).status()).isEqualTo(401);
        assertThat(SERVER.signIn("eve@example.org", "a longer one").headers()).isNotEmpty();
    }

    @Test
    void the_last_administrator_stays() {
        As admin = SERVER.adminSession();
        String path = "/api/v1/users/"
                + SERVER.get("/api/v1/me", admin).json().get("id").asText();

        assertThat(SERVER.delete(path, admin).status()).isEqualTo(400);
        assertThat(SERVER.call("PATCH", path, admin, Map.of("role", "user")).status())
                .isEqualTo(400);
    }

    @Test
    void errors_name_field_and_request() {
        Answer answer =
                SERVER.call("POST", "/api/v1/api-keys", SERVER.adminSession(), Map.of("name", "x", "colour", "red"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.code()).isEqualTo("unknown_field");
        assertThat(answer.json().get("message").asText()).startsWith("[colour]");
        assertThat(answer.json().get("requestId").asText()).isEqualTo(answer.header("X-Request-Id"));
        for (String path : List.of("/api/v1/nothing", "/nothing")) {
            assertThat(SERVER.get(path, SERVER.admin()).code()).isEqualTo("no_such_route");
        }
    }
}
