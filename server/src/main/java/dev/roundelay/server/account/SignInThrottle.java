package dev.roundelay.server.account;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.server.http.ApiException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/// Slows down guessing: after three failures for one account from one address, each further one doubles the wait, up to
/// a minute. Other addresses are not slowed, so nobody can lock a user out. Thread-safe.
public final class SignInThrottle {
    private static final int FREE_FAILURES = 3;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    private static final int MAX_REMEMBERED = 10_000;

    private record Source(String address, String account) {}

    private record Failures(int count, long lastNanos) {}

    private final LongSupplier nanos;
    private final Map<Source, Failures> failures = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Source, Failures> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    /// @param nanos monotonic, such as `System::nanoTime`
    public SignInThrottle(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// Lets an attempt pass.
    ///
    /// @throws ApiException `too_many_requests` while the wait lasts, with `retryAfterSeconds`
    public synchronized void requireTurn(String address, String account) {
        Failures earlier = failures.get(source(address, account));
        if (earlier == null || earlier.count() < FREE_FAILURES) {
            return;
        }
        long left = earlier.lastNanos() + waitAfter(earlier.count()).toNanos() - nanos.getAsLong();
        if (left > 0) {
            long seconds = Math.ceilDiv(left, Duration.ofSeconds(1).toNanos());
            throw new ApiException(
                    ErrorCode.TOO_MANY_REQUESTS,
                    "[sign-in] too many failed attempts; try again in %d s".formatted(seconds),
                    Map.of("retryAfterSeconds", seconds));
        }
    }

    private static Duration waitAfter(int count) {
        Duration wait = Duration.ofSeconds(1L << Math.min(count - FREE_FAILURES, 10));
        return wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
    }

    /// Remembers a failed attempt.
    public synchronized void failed(String address, String account) {
        failures.merge(
                source(address, account),
                new Failures(1, nanos.getAsLong()),
                (earlier, latest) -> new Failures(earlier.count() + 1, latest.lastNanos()));
    }

    /// Forgets the failures after a success.
    public synchronized void succeeded(String address, String account) {
        failures.remove(source(address, account));
    }

    private static Source source(String address, String account) {
        return new Source(address, account.toLowerCase(Locale.ROOT));
    }
}
