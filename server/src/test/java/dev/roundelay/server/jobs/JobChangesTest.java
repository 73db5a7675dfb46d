package dev.roundelay.server.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.UserId;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobChangesTest {
    private static final UserId ADA = new UserId("usr_ada");
    private static final JobId HERS = new JobId("job_hers");
    private static final JobId ENDED = new JobId("job_ended");

    private final JobChanges changes = new JobChanges(id -> id.equals(HERS) ? Optional.of(ADA) : Optional.empty());

    @Test
    void a_change_wakes_who_may_see_the_job_and_nobody_else() throws InterruptedException {
        try (var hers = changes.watch(Optional.of(ADA));
                var other = changes.watch(Optional.of(new UserId("usr_bob")));
                var everybody = changes.watch(Optional.empty())) {
            changes.raise(HERS);

            assertThat(hers.await(Duration.ZERO)).isTrue();
            assertThat(everybody.await(Duration.ZERO)).isTrue();
            assertThat(other.await(Duration.ZERO)).isFalse();
        }
    }

    @Test
    void the_change_of_a_job_that_nobody_is_known_to_own_wakes_everybody() throws InterruptedException {
        try (var other = changes.watch(Optional.of(new UserId("usr_bob")))) {
            changes.raise(ENDED);

            assertThat(other.await(Duration.ZERO)).isTrue();
        }
    }

    @Test
    void many_changes_are_one_piece_of_news_and_none_is_missed() throws InterruptedException {
        try (var hers = changes.watch(Optional.of(ADA))) {
            for (int change = 0; change < 1_000; change++) {
                changes.raise(HERS);
            }

            assertThat(hers.await(Duration.ZERO)).isTrue();
            assertThat(hers.await(Duration.ZERO)).isFalse();
            changes.raise(HERS);
            assertThat(hers.await(Duration.ZERO)).isTrue();
        }
    }
}
