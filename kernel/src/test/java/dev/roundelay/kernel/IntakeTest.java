package dev.roundelay.kernel;

import static dev.roundelay.kernel.AJob.aJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.NewWorker;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerOffer;
import dev.roundelay.kernel.worker.WorkerReport;
import dev.roundelay.kernel.worker.WorkerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Many workers that have news at the same time.
class IntakeTest {
    private static final int WORKERS = 1_200;
    private static final WorkerOffer OFFER = KernelFixture.cpu(1);

    private final ManualClock clock = new ManualClock();
    private final InMemoryKernelStore memory = new InMemoryKernelStore();
    private final FaultyStore store = new FaultyStore(memory);
    private final Kernel kernel = new Kernel(store, KernelConfig.defaults(), clock, clock::nanos, new Random(1));

    @Test
    void reports_that_come_during_a_commit_go_into_the_next_ones_together() throws InterruptedException {
        offlineWorkers();
        int commits = store.commits;
        CountDownLatch committing = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        InMemoryParticipant slow = () -> {
            committing.countDown();
            await(release);
        };
        Thread writer = Thread.ofPlatform()
                .name("slow commit")
                .start(() -> kernel.submit(aJob("slow").build(), slow));
        await(committing);
        CountDownLatch begun = new CountDownLatch(WORKERS);
        ConcurrentLinkedQueue<SyncResult> results = new ConcurrentLinkedQueue<>();
        List<Thread> syncs = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            WorkerId id = new WorkerId("wrk_" + i);
            syncs.add(Thread.ofVirtual().start(() -> {
                begun.countDown();
                results.add(kernel.sync(id, report()));
            }));
        }
        await(begun);
        release.countDown();
        writer.join(Duration.ofSeconds(60));
        for (Thread sync : syncs) {
            assertThat(sync.join(Duration.ofSeconds(60))).isTrue();
        }

        assertThat(results)
                .hasSize(WORKERS)
                .allSatisfy(result -> assertThat(result).isInstanceOf(SyncResult.Current.class));
        assertThat(kernel.view().image().workers()).extracting(Worker::state).containsOnly(WorkerState.ONLINE);
        // Those that the scheduler was late to start may need some more.
        assertThat(store.commits - commits).isLessThan(WORKERS / 10);
    }

    @Test
    void a_store_that_is_away_is_told_to_whoever_asks_and_nobody_waits_for_ever() {
        offlineWorkers();
        store.fault = FaultyStore.Fault.AWAY;

        assertThatThrownBy(() -> kernel.sync(new WorkerId("wrk_0"), report())).isInstanceOf(KernelException.class);
        store.fault = FaultyStore.Fault.NONE;

        assertThat(kernel.sync(new WorkerId("wrk_0"), report())).isInstanceOf(SyncResult.Current.class);
        assertThat(kernel.view()
                        .image()
                        .worker(new WorkerId("wrk_0"))
                        .orElseThrow()
                        .state())
                .isEqualTo(WorkerState.ONLINE);
    }

    @Test
    void a_server_that_is_not_active_says_so() {
        offlineWorkers();
        kernel.deactivate();

        assertThatThrownBy(() -> kernel.sync(new WorkerId("wrk_0"), report())).isInstanceOf(KernelException.class);
    }

    private void offlineWorkers() {
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            NewWorker made = new NewWorker(new WorkerId("wrk_" + i), "w" + i, new UserId("ada"), OFFER);
            workers.add(Worker.joined(made, clock.instant()));
        }
        Epoch epoch = memory.raiseEpoch();
        memory.commit(
                epoch, new Changes(List.of(), List.of(), workers, List.of(), List.of(), List.of()), Participant.NONE);
        kernel.activate(epoch);
    }

    private static WorkerReport report() {
        return new WorkerReport("i", OFFER, 16_000, "{}", List.of());
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("waited for too long");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
