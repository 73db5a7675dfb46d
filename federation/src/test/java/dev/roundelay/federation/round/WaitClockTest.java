package dev.roundelay.federation.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WaitClockTest {
    @Test
    void only_time_while_it_runs_counts() {
        WaitClock clock = WaitClock.zero(100)
                .look(200, true)
                .look(250, false)
                .look(900, true)
                .look(930, true);

        assertThat(clock.elapsed()).isEqualTo(Duration.ofNanos(50 + 30));
    }

    @Test
    void a_clock_that_goes_back_counts_nothing() {
        assertThat(WaitClock.zero(100).look(200, true).look(150, true).elapsed())
                .isZero();
    }
}
