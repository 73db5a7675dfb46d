package dev.roundelay.federation.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.federation.Validation;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RoundMetricsTest {
    @Test
    void means_are_weighted_by_samples_over_the_sites_that_gave_the_name() {
        var means = new WeightedMeans();
        means.add(Map.of("loss", 1.0, "auc", 0.5), 10);
        means.add(Map.of("loss", 4.0), 30);

        assertThat(means.means()).isEqualTo(Map.of("loss", 3.25, "auc", 0.5));
    }

    @Test
    void sites_without_samples_weigh_the_same_among_themselves_and_nothing_beside_others() {
        var none = new WeightedMeans();
        none.add(Map.of("loss", 1.0), 0);
        none.add(Map.of("loss", 4.0), 0);
        var some = new WeightedMeans();
        some.add(Map.of("loss", 1.0), 0);
        some.add(Map.of("loss", 4.0), 5);

        assertThat(none.means()).isEqualTo(Map.of("loss", 2.5));
        assertThat(some.means()).isEqualTo(Map.of("loss", 4.0));
    }

    @Test
    void a_validation_metric_with_a_name_of_training_is_told_apart() {
        var validation = new Validation(1, 0, 5, 1, Instant.EPOCH, Map.of("loss", 0.5, "accuracy", 0.9));

        assertThat(RoundMetrics.ofValidation(List.of(validation), Set.of("loss")))
                .isEqualTo(Map.of("val_loss", 0.5, "accuracy", 0.9));
    }

    @Test
    void what_cannot_be_shown_is_left_out() {
        assertThat(RoundMetrics.usable(
                        Map.of("loss", Double.NaN, "1st", 1.0, "auc", 0.5, "x", Double.POSITIVE_INFINITY)))
                .isEqualTo(Map.of("auc", 0.5));
    }
}
