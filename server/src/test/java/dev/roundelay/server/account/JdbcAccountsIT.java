package dev.roundelay.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.store.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class JdbcAccountsIT {
    private static final UserId ADA = new UserId("usr_ada");
    private static final UserId BOB = new UserId("usr_bob");

    @RegisterExtension
    final TestDatabase database = TestDatabase.bundled();

    private Instant now = Instant.parse("2026-11-01T00:00:00Z");
    private JdbcAccounts accounts;

    @BeforeEach
    void addUsers() {
        accounts = new JdbcAccounts(database.jdbi(), () -> now);
        for (UserId user : new UserId[] {ADA, BOB}) {
            accounts.add(new JdbcAccounts.Account(user, user.value() + "@localhost", false, false, "hash", now));
        }
    }

    @Test
    void a_user_who_signs_in_without_end_keeps_the_newest_sessions() {
        accounts.addSession(BOB, "bob's", "token");
        for (int i = 0; i < 150; i++) {
            now = now.plusSeconds(1);
            accounts.addSession(ADA, "session " + i, "token");
        }

        assertThat(rows()).isEqualTo(101);
        assertThat(accounts.bySession("session 49")).isEmpty();
        assertThat(accounts.bySession("session 50")).isPresent();
        assertThat(accounts.bySession("session 149")).isPresent();
        assertThat(accounts.bySession("bob's")).isPresent();
    }

    @Test
    void sessions_that_have_ended_leave_nothing_behind() {
        accounts.addSession(ADA, "old", "token");
        now = now.plus(Duration.ofDays(1));
        accounts.addSession(BOB, "new", "token");

        assertThat(rows()).isEqualTo(1);
    }

    private int rows() {
        return database.jdbi()
                .withHandle(handle -> handle.createQuery("select count(*) from user_session")
                        .mapTo(Integer.class)
                        .one());
    }
}
