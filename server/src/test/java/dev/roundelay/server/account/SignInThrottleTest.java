package dev.roundelay.server.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.server.http.ApiException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SignInThrottleTest {
    private final AtomicLong nanos = new AtomicLong();
    private final SignInThrottle throttle = new SignInThrottle(nanos::get);

    @Test
    void each_failure_after_the_third_doubles_the_wait_up_to_a_minute() {
        fail(3);

        for (long seconds : new long[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            assertThat(secondsToWait("10.0.0.1", "ada@example.org")).isEqualTo(seconds);
            advance(Duration.ofSeconds(seconds).minusNanos(1));
            assertThat(secondsToWait("10.0.0.1", "ada@example.org")).isEqualTo(1);
            advance(Duration.ofNanos(1));
            assertThatCode(() -> throttle.requireTurn("10.0.0.1", "ada@example.org"))
                    .doesNotThrowAnyException();
            fail(1);
        }
    }

    @Test
    void upper_case_is_no_other_account() {
        fail(3);

        assertThat(secondsToWait("10.0.0.1", "ADA@example.org")).isEqualTo(1);
    }

    @Test
    void other_addresses_and_other_accounts_are_not_slowed() {
        fail(10);

        assertThatCode(() -> {
                    throttle.requireTurn("10.0.0.2", "ada@example.org");
                    throttle.requireTurn("10.0.0.1", "eve@example.org");
                })
                .doesNotThrowAnyException();
    }

    @Test
    void a_success_forgets_the_failures() {
        fail(3);

        throttle.succeeded("10.0.0.1", "ada@example.org");

        fail(2);
        assertThatCode(() -> throttle.requireTurn("10.0.0.1", "ada@example.org"))
                .doesNotThrowAnyException();
    }

    @Test
    void only_so_many_sources_are_remembered() {
        fail(3);

        for (int i = 0; i < 10_000; i++) {
            throttle.failed("10.0.0.2", "user" + i + "@example.org");
        }

        assertThatCode(() -> throttle.requireTurn("10.0.0.1", "ada@example.org"))
                .doesNotThrowAnyException();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            throttle.failed("10.0.0.1", "ada@example.org");
        }
    }

    private void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private long secondsToWait(String address, String account) {
        ApiException refusal = catchThrowableOfType(ApiException.class, () -> throttle.requireTurn(address, account));
        assertThat(refusal.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS);
        return (Long) Objects.requireNonNull(refusal.details().get("retryAfterSeconds"));
    }
}
