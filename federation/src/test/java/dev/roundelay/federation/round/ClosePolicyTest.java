package dev.roundelay.federation.round;

import static dev.roundelay.federation.round.ShardStatus.ANSWERED;
import static dev.roundelay.federation.round.ShardStatus.OUT;
import static dev.roundelay.federation.round.ShardStatus.PREPARING;
import static dev.roundelay.federation.round.ShardStatus.UNPLACED;
import static dev.roundelay.federation.round.ShardStatus.WORKING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.federation.round.ClosePolicy.Verdict;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosePolicyTest {
    private static final ClosePolicy TWO_OF_MANY = new ClosePolicy(2, seconds(10), null);
    private static final ClosePolicy BOUNDED = new ClosePolicy(2, seconds(10), seconds(60));

    @Test
    void everybody_has_answered() {
        assertThat(decide(TWO_OF_MANY, 0, 0, ANSWERED, ANSWERED, ANSWERED)).isEqualTo(new Verdict.Close());
    }

    @Test
    void who_is_out_is_not_awaited() {
        assertThat(decide(TWO_OF_MANY, 0, 0, ANSWERED, ANSWERED, OUT)).isEqualTo(new Verdict.Close());
    }

    @Test
    void too_few_have_answered() {
        assertThat(decide(TWO_OF_MANY, 99, 99, ANSWERED, WORKING, WORKING)).isEqualTo(new Verdict.Keep(null));
    }

    @Test
    void nobody_is_awaited_and_too_few_have_answered() {
        assertThat(decide(TWO_OF_MANY, 0, 0, ANSWERED, OUT, OUT)).isEqualTo(new Verdict.TooFew(1));
    }

    @Test
    void enough_have_answered_and_the_others_are_awaited_for_a_while() {
        assertThat(decide(TWO_OF_MANY, 4, 30, ANSWERED, ANSWERED, WORKING)).isEqualTo(new Verdict.Keep(seconds(6)));
        assertThat(decide(TWO_OF_MANY, 10, 30, ANSWERED, ANSWERED, WORKING)).isEqualTo(new Verdict.Close());
    }

    @Test
    void a_lost_shard_without_a_slot_is_awaited_like_one_that_trains() {
        assertThat(decide(TWO_OF_MANY, 4, 30, ANSWERED, ANSWERED, UNPLACED)).isEqualTo(new Verdict.Keep(seconds(6)));
        assertThat(decide(TWO_OF_MANY, 10, 30, ANSWERED, ANSWERED, UNPLACED)).isEqualTo(new Verdict.Close());
    }

    @Test
    void while_a_lost_shards_next_attempt_prepares_only_an_event_closes_the_round() {
        assertThat(decide(TWO_OF_MANY, 4, 30, ANSWERED, ANSWERED, PREPARING)).isEqualTo(new Verdict.Keep(null));
    }

    @Test
    void the_wait_clock_runs_once_enough_have_answered_and_nobody_prepares() {
        assertThat(TWO_OF_MANY.clockRuns(List.of(ANSWERED, ANSWERED, WORKING))).isTrue();
        assertThat(TWO_OF_MANY.clockRuns(List.of(ANSWERED, ANSWERED, UNPLACED))).isTrue();
        assertThat(TWO_OF_MANY.clockRuns(List.of(ANSWERED, WORKING, WORKING))).isFalse();
        assertThat(TWO_OF_MANY.clockRuns(List.of(ANSWERED, ANSWERED, PREPARING)))
                .isFalse();
    }

    @Test
    void the_rounds_bound_closes_it_if_enough_have_answered() {
        assertThat(decide(BOUNDED, 0, 60, ANSWERED, ANSWERED, PREPARING)).isEqualTo(new Verdict.Close());
    }

    @Test
    void the_rounds_bound_fails_the_job_if_too_few_have_answered() {
        assertThat(decide(BOUNDED, 0, 60, ANSWERED, WORKING, WORKING)).isEqualTo(new Verdict.TimedOut(1));
    }

    @Test
    void the_next_look_is_at_whichever_time_comes_first() {
        assertThat(decide(BOUNDED, 0, 20, ANSWERED, WORKING, WORKING)).isEqualTo(new Verdict.Keep(seconds(40)));
        assertThat(decide(BOUNDED, 3, 20, ANSWERED, ANSWERED, WORKING)).isEqualTo(new Verdict.Keep(seconds(7)));
        assertThat(decide(BOUNDED, 3, 58, ANSWERED, ANSWERED, WORKING)).isEqualTo(new Verdict.Keep(seconds(2)));
    }

    private static Verdict decide(ClosePolicy policy, long waited, long open, ShardStatus... shards) {
        return policy.decide(List.of(shards), seconds(waited), seconds(open));
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
