package dev.roundelay.federation.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SamplingTest {
    @Test
    void without_a_sample_every_shard_is_asked() {
        assertThat(Sampling.ALL.draw(3, 7, 0)).containsExactly(0, 1, 2);
    }

    @Test
    void a_restart_draws_the_same() {
        var sampling = new Sampling(4, null);

        assertThat(sampling.draw(20, 7, 3)).hasSize(4).isEqualTo(sampling.draw(20, 7, 3));
    }

    @Test
    void every_shard_has_its_turn() {
        var sampling = new Sampling(null, 0.2);
        var asked = new TreeSet<Integer>();
        for (int round = 0; round < 60; round++) {
            asked.addAll(sampling.draw(10, 7, round));
        }

        assertThat(asked).hasSize(10);
    }

    @Test
    void a_fraction_is_rounded_up_and_asks_at_least_one() {
        assertThat(new Sampling(null, 0.01).draw(10, 7, 0)).hasSize(1);
        assertThat(new Sampling(null, 0.25).draw(10, 7, 0)).hasSize(3);
        assertThat(new Sampling(99, null).draw(10, 7, 0)).hasSize(10);
    }
}
