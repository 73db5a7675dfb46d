package dev.roundelay.server.workerapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.worker.Telemetry;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TelemetryHistoryTest {
    private static final Instant START = Instant.parse("2026-12-01T00:00:00Z");
    private static final WorkerId WORKER = new WorkerId("wrk_1");

    @Test
    void of_one_worker_an_hour_is_kept_in_steps_of_ten_seconds() {
        TelemetryHistory history = new TelemetryHistory();

        for (int second = 0; second < 7_200; second += 2) {
            history.saw(WORKER, at(second));
        }

        List<Telemetry> kept = history.of(WORKER);
        assertThat(kept).hasSize(360);
        assertThat(kept.getFirst().time()).isEqualTo(START.plusSeconds(3_600));
        assertThat(kept.getLast().time()).isEqualTo(START.plusSeconds(7_190));
    }

    @Test
    void of_many_workers_fewer_are_kept_of_each_over_the_same_hour() {
        TelemetryHistory history = new TelemetryHistory(1_000);

        for (int second = 0; second < 7_200; second += 2) {
            for (int worker = 0; worker < 50; worker++) {
                history.saw(new WorkerId("wrk_" + worker), at(second));
            }
        }

        List<Telemetry> kept = history.of(WORKER);
        assertThat(kept).hasSizeBetween(18, 20);
        assertThat(Duration.between(kept.getFirst().time(), kept.getLast().time()))
                .isGreaterThan(Duration.ofMinutes(50));
    }

    @Test
    void what_was_kept_of_few_workers_is_thinned_when_many_join() {
        TelemetryHistory history = new TelemetryHistory(1_000);
        for (int second = 0; second < 3_600; second += 10) {
            history.saw(WORKER, at(second));
        }

        for (int worker = 2; worker <= 50; worker++) {
            history.saw(new WorkerId("wrk_" + worker), at(3_600));
        }
        history.saw(WORKER, at(3_900));

        List<Telemetry> kept = history.of(WORKER);
        assertThat(kept).hasSizeBetween(10, 20);
        assertThat(kept.getFirst().time()).isBefore(START.plusSeconds(900));
        assertThat(kept.getLast().time()).isEqualTo(START.plusSeconds(3_900));
    }

    @Test
    void a_clock_that_was_set_back_begins_anew() {
        TelemetryHistory history = new TelemetryHistory();
        history.saw(WORKER, at(100));

        history.saw(WORKER, at(50));

        assertThat(history.of(WORKER)).extracting(Telemetry::time).containsExactly(START.plusSeconds(50));
    }

    private static Telemetry at(long second) {
        return new Telemetry(START.plusSeconds(second), 1, 1, 4, 8_000, 8_000, 1_000, "none", List.of(), null);
    }
}
