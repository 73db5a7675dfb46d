package dev.roundelay.server.workerapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.worker.WorkerId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WorkerSignalsTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final WorkerSignals signals = new WorkerSignals();
    private final WorkerId worker = new WorkerId("wrk_1");

    @Test
    void whoever_waits_is_woken_by_a_change_of_its_own_worker_only() {
        CompletableFuture<Void> own = signals.next(worker, signals.count(worker), LONG);
        CompletableFuture<Void> other = signals.next(new WorkerId("wrk_2"), 0, LONG);

        signals.raise(worker);

        assertThat(own).isDone();
        assertThat(other).isNotDone();
    }

    @Test
    void a_change_between_the_count_and_the_wait_is_not_missed() {
        long seen = signals.count(worker);

        signals.raise(worker);

        assertThat(signals.next(worker, seen, LONG)).isDone();
        assertThat(signals.next(worker, signals.count(worker), LONG)).isNotDone();
    }

    @Test
    void the_time_ends_a_wait_and_later_changes_find_nobody() throws Exception {
        CompletableFuture<Void> next = signals.next(worker, signals.count(worker), Duration.ofMillis(1));

        assertThat(next.get(1, TimeUnit.MINUTES)).isNull();

        signals.raise(worker);
        assertThat(signals.count(worker)).isEqualTo(1);
    }

    @Test
    void everybody_is_woken_and_so_is_who_waits_for_a_worker_that_is_forgotten() {
        CompletableFuture<Void> one = signals.next(worker, 0, LONG);
        CompletableFuture<Void> two = signals.next(new WorkerId("wrk_2"), 0, LONG);
        signals.raiseAll();
        CompletableFuture<Void> last = signals.next(worker, signals.count(worker), LONG);

        signals.forget(worker);

        assertThat(one).isDone();
        assertThat(two).isDone();
        assertThat(last).isDone();
    }
}
