package dev.roundelay.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.store.JdbcWorkerTokens.Token;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class JdbcWorkerTokensIT {
    private static final UserId ADA = new UserId("usr_ada");
    private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");
    private static final Instant LONG_AGO = NOW.minus(Duration.ofDays(60));

    @RegisterExtension
    final TestDatabase database = TestDatabase.bundled();

    @Test
    void a_token_that_joins_nobody_any_more_goes_after_a_while_and_every_other_one_stays() {
        JdbcWorkerTokens tokens = new JdbcWorkerTokens(database.jdbi());
        add(tokens, "expired", false, LONG_AGO);
        add(tokens, "expired lately", false, NOW.minusSeconds(60));
        add(tokens, "of the first start", true, null);
        add(tokens, "used up", false, null);
        add(tokens, "used lately", false, null);
        use("used up", LONG_AGO);
        use("used lately", NOW);
        use("of the first start", LONG_AGO);

        assertThat(tokens.sweep(NOW.minus(Duration.ofDays(30)))).isEqualTo(2);

        assertThat(tokens.list(ADA))
                .extracting(Token::id)
                .containsExactlyInAnyOrder("expired lately", "of the first start", "used lately");
    }

    private static void add(JdbcWorkerTokens tokens, String id, boolean reusable, @Nullable Instant expires) {
        tokens.add(new Token(id, ADA, id, reusable, LONG_AGO, expires, null), id.getBytes());
    }

    private void use(String id, Instant time) {
        database.jdbi()
                .useHandle(handle -> handle.execute("update worker_token set used_at = ? where id = ?", time, id));
    }
}
