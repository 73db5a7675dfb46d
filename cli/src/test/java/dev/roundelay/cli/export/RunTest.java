package dev.roundelay.cli.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.roundelay.contract.job.MetricPoint;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RunTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void the_job_comes_first_then_its_sites_by_number() {
        List<Run> runs = Run.of(List.of(
                point("loss", "site-10", 0, null, 1),
                point("loss", "site-2", 0, null, 2),
                point("loss", null, 0, null, 3)));

        assertThat(runs).extracting(Run::name).containsExactly("global", "site-2", "site-10");
    }

    @Test
    void a_job_without_metrics_has_a_run_of_its_own_all_the_same() {
        assertThat(Run.of(List.of())).containsExactly(new Run("global", List.of()));
    }

    @Test
    void a_live_metric_and_a_value_of_the_round_are_two_curves() {
        List<Run> runs = Run.of(List.of(point("loss", "site-1", 0, null, 0.5), point("loss", "site-1", 0, 7L, 0.7)));

        assertThat(runs.getLast().curves()).extracting(Curve::name).containsExactly("live/loss", "loss");
    }

    @Test
    void rounds_stand_at_their_number_also_where_some_are_missing() {
        assertThat(xs(point("loss", null, 3, null, 1), point("loss", null, 0, null, 2)))
                .containsExactly(tuple(0L, 2.0), tuple(3L, 1.0));
    }

    @Test
    void steps_that_begin_anew_in_each_round_go_on_behind_the_round_before() {
        assertThat(xs(live(0, 1), live(0, 2), live(1, 1), live(1, 2), live(2, 1)))
                .extracting(at -> at.toList().getFirst())
                .containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(xs(live(0, 0), live(0, 5), live(1, 0), live(1, 5)))
                .extracting(at -> at.toList().getFirst())
                .containsExactly(0L, 5L, 6L, 11L);
    }

    @Test
    void steps_that_are_counted_through_stay_as_they_are() {
        assertThat(xs(live(0, 10), live(0, 20), live(1, 30), live(2, 41)))
                .extracting(at -> at.toList().getFirst())
                .containsExactly(10L, 20L, 30L, 41L);
    }

    private static List<org.assertj.core.groups.Tuple> xs(MetricPoint... points) {
        return Run.of(List.of(points)).getLast().curves().getFirst().points().stream()
                .map(point -> tuple(point.x(), point.value()))
                .toList();
    }

    private static MetricPoint live(int round, long step) {
        return point("loss", "site-1", round, step, 0);
    }

    private static MetricPoint point(String name, @Nullable String site, int round, @Nullable Long step, double value) {
        return new MetricPoint(name, site == null ? "global" : "site", site, round, step, value, NOON);
    }
}
