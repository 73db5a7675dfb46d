package dev.roundelay.kernel;

import static dev.roundelay.kernel.AJob.aJob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.NewWorker;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerOffer;
import dev.roundelay.kernel.worker.WorkerReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScalingTest {
    private static final WorkerOffer OFFER = KernelFixture.cpu(1);

    private final ManualClock clock = new ManualClock();
    private final InMemoryKernelStore memory = new InMemoryKernelStore();
    private final FaultyStore store = new FaultyStore(memory);
    private final Kernel kernel = new Kernel(store, KernelConfig.defaults(), clock, clock::nanos, new Random(1));

    @Test
    void syncs_without_news_never_wait_for_the_writer_and_write_nothing() throws InterruptedException {
        List<WorkerReport> reports = tenThousandWorkers();
        for (int i = 0; i < 1000; i++) {
            kernel.submit(aJob("j" + i).of("user" + i % 50).build(), Participant.NONE);
        }
        kernel.runDueWork();
        int commits = store.commits;
        CountDownLatch committing = new CountDownLatch(1);
        CountDownLatch synced = new CountDownLatch(1);
        InMemoryParticipant slow = () -> {
            committing.countDown();
            await(synced);
        };
        Thread writer = Thread.ofPlatform()
                .name("slow commit")
                .start(() -> kernel.submit(aJob("slow").build(), slow));
        await(committing);

        // The writer's lock is held by a commit that waits for these syncs: were they to wait for it, none would
        // return.
        for (int i = 0; i < reports.size(); i++) {
            assertThat(kernel.sync(new WorkerId("wrk_" + i), reports.get(i))).isInstanceOf(SyncResult.Current.class);
        }
        synced.countDown();
        writer.join(Duration.ofSeconds(60));

        assertThat(writer.isAlive()).isFalse();
        assertThat(store.commits).isEqualTo(commits + 1);
    }

    @Test
    void a_thousand_jobs_wait_in_order_behind_ten_thousand_busy_workers() {
        tenThousandWorkers();
        for (int i = 0; i < 1000; i++) {
            clock.advance(Duration.ofNanos(1000));
            kernel.submit(aJob("j" + i).of("user" + i % 50).shards(1000).build(), Participant.NONE);
        }
        kernel.runDueWork();

        assertThat(kernel.view().image().jobs()).hasSize(1000);
        assertThat(kernel.view().jobs().stream().filter(job -> job.is(JobPhase.PREPARING)))
                .hasSize(10);
        assertThat(kernel.view().queuePlace(new JobId("job_j10"))).isPresent();
    }

    private List<WorkerReport> tenThousandWorkers() {
        List<Worker> workers = new ArrayList<>();
        List<WorkerReport> reports = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            NewWorker made = new NewWorker(new WorkerId("wrk_" + i), "w" + i, new UserId("ada"), OFFER);
            workers.add(Worker.joined(made, clock.instant())
                    .seen("i", OFFER, clock.instant())
                    .patched(AWorker.shared()));
            reports.add(new WorkerReport("i", OFFER, 16_000, "{}", List.of()));
        }
        Epoch epoch = memory.raiseEpoch();
        memory.commit(
                epoch, new Changes(List.of(), List.of(), workers, List.of(), List.of(), List.of()), Participant.NONE);
        kernel.activate(epoch);
        for (int i = 0; i < reports.size(); i++) {
            kernel.sync(new WorkerId("wrk_" + i), reports.get(i));
        }
        return reports;
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
