package dev.roundelay.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SilenceTest {
    private static final Instant START = Instant.EPOCH;

    private final Silence silence = new Silence(START);
    private Instant now = START;
    private Duration cpu = Duration.ZERO;

    @Test
    void a_step_without_line_and_processor_is_silent_after_five_minutes_since_its_last_sign() {
        assertThat(pass(Duration.ofMinutes(1), 3, Duration.ofSeconds(30))).isNull();
        Instant last = now;

        assertThat(pass(Duration.ofSeconds(299), 3, Duration.ofMillis(100))).isNull();
        assertThat(pass(Duration.ofSeconds(1), 3, Duration.ZERO)).isEqualTo(last);
        assertThat(pass(Duration.ofMinutes(10), 3, Duration.ZERO)).isEqualTo(last);
    }

    @Test
    void a_line_ends_the_silence() {
        assertThat(pass(Duration.ofMinutes(6), 0, Duration.ZERO)).isEqualTo(START);

        assertThat(pass(Duration.ofSeconds(1), 1, Duration.ZERO)).isNull();
    }

    @Test
    void the_use_of_a_processor_ends_the_silence() {
        assertThat(pass(Duration.ofMinutes(6), 0, Duration.ZERO)).isEqualTo(START);

        assertThat(pass(Duration.ofSeconds(2), 0, Duration.ofMillis(500))).isNull();
    }

    @Test
    void looks_that_follow_each_other_closely_do_not_hide_or_feign_a_use() {
        for (int i = 0; i < 4_000; i++) {
            pass(Duration.ofMillis(100), 0, i % 100 == 0 ? Duration.ofMillis(10) : Duration.ZERO);
        }
        assertThat(pass(Duration.ofMillis(100), 0, Duration.ZERO)).isNotNull();

        for (int i = 0; i < 20; i++) {
            pass(Duration.ofMillis(100), 0, Duration.ofMillis(100));
        }
        assertThat(pass(Duration.ofMillis(100), 0, Duration.ofMillis(100))).isNull();
    }

    @Test
    void what_waits_for_others_is_not_silent() {
        now = now.plus(Duration.ofHours(1));

        assertThat(silence.look(now, false, 0, cpu)).isNull();
        assertThat(pass(Duration.ofMinutes(4), 0, Duration.ZERO)).isNull();
    }

    private @Nullable Instant pass(Duration passed, long lines, Duration used) {
        now = now.plus(passed);
        cpu = cpu.plus(used);
        return silence.look(now, true, lines, cpu);
    }
}
