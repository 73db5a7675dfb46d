package dev.roundelay.server.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.server.TestControlPlane;
import dev.roundelay.server.TestControlPlane.Answer;
import dev.roundelay.server.TestControlPlane.Caller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Signing in behind a proxy that speaks TLS, and with what nobody should send.
class SignInIT {
    private static final String SESSION = "/api/v1/session";

    @RegisterExtension
    static final TestControlPlane PLANE = new TestControlPlane(true);

    @Test
    void with_tls_the_cookie_is_for_tls_only_and_for_this_site_only_and_no_script_reads_it() {
        Answer answer = signIn("admin@localhost", PLANE.credential("ROUNDELAY_PASSWORD"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().allValues("Set-Cookie"))
                .singleElement()
                .asString()
                .startsWith("roundelay_session=ses_")
                .contains("; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/")
                .doesNotContain("Domain", "Max-Age", "Expires");
    }

    @Test
    void a_long_body_is_refused_before_it_is_looked_at() {
        Answer answer = signIn("admin@localhost", "x".repeat(64 << 10));

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.code()).isEqualTo("too_large");
    }

    @Test
    void a_long_name_is_refused_and_not_remembered() {
        Answer answer = signIn("x".repeat(256), "any");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.message()).startsWith("[email]");
    }

    @Test
    void a_guess_is_slowed_down_by_the_address_that_the_proxy_tells() {
        for (int i = 0; i < 3; i++) {
            assertThat(guess("203.0.113.7").status()).isEqualTo(401);
        }

        assertThat(guess("203.0.113.7").status()).isEqualTo(429);
        assertThat(guess("203.0.113.7, 203.0.113.8").status()).isEqualTo(401);
        assertThat(guess("203.0.113.9, 203.0.113.7").status())
                .as("a claim before the proxy's word changes nothing")
                .isEqualTo(429);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/jobs/%00",
                "/api/v1/jobs?q=%00",
                "/api/v1/audit?q=%00",
                "/api/v1/files?prefix=%00",
                "/api/v1/files/content?key=%00",
                "/api/v1/metrics?jobs=%00",
                "/api/tasks/a%00b"
            })
    void a_nul_in_an_address_is_the_callers_fault(String path) {
        for (Caller caller : new Caller[] {Caller.NOBODY, PLANE.admin(), PLANE.adminSession()}) {
            assertThat(PLANE.get(caller, path).status())
                    .as("%s by %s", path, caller)
                    .isBetween(200, 499);
        }
    }

    @Test
    void a_nul_in_a_name_is_the_callers_fault() {
        Answer answer = signIn("a\\u0000b", "any");

        assertThat(answer.status()).as(answer.text()).isBetween(400, 401);
    }

    private static Answer guess(String forwarded) {
        return PLANE.call(
                Caller.NOBODY,
                "POST",
                SESSION,
                "{\"email\": \"victim@example.org\", \"password\": \"guess\"}",
                "X-Forwarded-For",
                forwarded);
    }

    private static Answer signIn(String email, String password) {
        return PLANE.call(
                Caller.NOBODY, "POST", SESSION, "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, password));
    }
}
