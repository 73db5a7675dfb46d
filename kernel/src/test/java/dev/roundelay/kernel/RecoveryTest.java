package dev.roundelay.kernel;

import static dev.roundelay.kernel.AJob.aJob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Ending;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobPhase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private final KernelFixture fixture = new KernelFixture();

    @Test
    void a_new_instance_loses_the_former_assignments_at_once() {
        TestAgent w1 = fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));
        String first = fixture.holder(job, 0).fence().value();

        w1.restart();

        assertThat(fixture.holder(job, 0).state()).isEqualTo(AssignmentState.LOST);
        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.RECOVERING);
        fixture.seconds(3);
        assertThat(fixture.holder(job, 0).attempt()).isEqualTo(2);
        assertThat(fixture.holder(job, 0).fence().value()).isNotEqualTo(first);
        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.TRAINING);
    }

    @Test
    void a_late_sync_of_a_replaced_instance_changes_nothing() {
        TestAgent w1 = fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));
        var late = w1.report();
        w1.restart();
        fixture.seconds(3);

        SyncResult answer = fixture.kernel.sync(w1.id, late);

        assertThat(answer).isInstanceOf(SyncResult.Superseded.class);
        assertThat(fixture.isReady(job, 0)).isTrue();
        assertThat(fixture.holder(job, 0).attempt()).isEqualTo(2);
    }

    @Test
    void a_lost_shard_moves_to_another_worker_rather_than_back() {
        TestAgent w1 = fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));
        fixture.worker("w2");

        w1.loseHarness(fixture.holder(job, 0));
        fixture.settle();

        assertThat(fixture.workerOf(job, 0)).isEqualTo("w2");
    }

    @Test
    void a_lost_shard_goes_back_to_its_worker_where_there_is_no_other() {
        TestAgent w1 = fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));

        w1.loseHarness(fixture.holder(job, 0));
        fixture.settle();

        assertThat(fixture.workerOf(job, 0)).isEqualTo("w1");
        assertThat(fixture.isReady(job, 0)).isTrue();
    }

    @Test
    void a_pinned_shard_never_leaves_the_selection() {
        TestAgent w1 = fixture.worker("w1");
        Job job = fixture.running(aJob("mnist").pinnedTo(w1.id));
        fixture.worker("w2");

        w1.crash();
        fixture.seconds(60);
        assertThat(fixture.holder(job, 0).state()).isEqualTo(AssignmentState.LOST);
        assertThat(fixture.kernel.view().phaseDetail(job.id()).orElseThrow())
                .startsWith("waits for site-1 (lost with worker w1, last seen 2026-01-01T00:00:");

        w1.restart();
        fixture.settle();
        assertThat(fixture.workerOf(job, 0)).isEqualTo("w1");
    }

    @Test
    void a_dataset_site_stays_with_its_worker_though_another_of_the_selection_is_free() {
        var hospital = KernelFixture.offer(2, "cpu", 16_000, Set.of("hospital"));
        TestAgent w1 = fixture.worker("w1", hospital);
        TestAgent w2 = fixture.worker("w2", hospital);
        Job job = fixture.running(aJob("mnist").pinnedTo(w1.id, w2.id).dataset("hospital"));
        assertThat(fixture.workerOf(job, 0)).isEqualTo("w1");

        w1.crash();
        fixture.seconds(20);

        assertThat(fixture.holder(job, 0).state()).isEqualTo(AssignmentState.LOST);
    }

    @Test
    void attempts_without_progress_fail_the_job_with_sites_and_last_seen() {
        TestAgent w1 = fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));

        for (int attempt = 1; attempt <= 3; attempt++) {
            w1.loseHarness(fixture.holder(job, 0));
            fixture.settle();
        }

        Failure failure = pendingFailure(job);
        assertThat(failure.reason()).isEqualTo("workers_lost");
        assertThat(failure.site()).isEqualTo("site-1");
        assertThat(failure.message())
                .startsWith("[job job_mnist] lost site-1 (worker w1, last seen 2026-01-01T00:00:")
                .contains("): 3 attempts without an accepted step; start more workers");
    }

    @Test
    void an_accepted_step_makes_the_attempts_count_anew() {
        TestAgent w1 = fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));

        for (int attempt = 1; attempt <= 7; attempt++) {
            fixture.kernel.progressed(fixture.holder(job, 0).id());
            w1.loseHarness(fixture.holder(job, 0));
            fixture.settle();
        }

        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.TRAINING);
        assertThat(fixture.holder(job, 0).attempt()).isEqualTo(8);
    }

    @Test
    void the_job_goes_on_without_an_exhausted_shard_if_enough_are_alive() {
        fixture.worker("w1");
        fixture.worker("w2");
        Job job = fixture.running(aJob("mnist").shards(2).minClients(1));
        TestAgent holder = fixture.agent(fixture.workerOf(job, 1));

        for (int attempt = 1; attempt <= 3; attempt++) {
            holder.loseHarness(fixture.holder(job, 1));
            fixture.settle();
        }

        Job now = fixture.job(job.id());
        assertThat(now.phase()).isEqualTo(JobPhase.TRAINING);
        assertThat(now.dropped()).containsExactly(1);
        assertThat(fixture.told).contains("site dropped site-2 workers_lost");
    }

    @Test
    void an_error_of_the_user_fails_the_job_at_once() {
        TestAgent w1 = fixture.worker("w1");
        fixture.worker("w2");
        Job job = fixture.running(aJob("mnist"));

        w1.raise(fixture.holder(job, 0));

        assertThat(pendingFailure(job).reason()).isEqualTo("train_raised");
        assertThat(pendingFailure(job).site()).isEqualTo("site-1");
        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.STOPPING);
        assertThat(fixture.kernel
                        .fail(job.id(), pendingFailure(job), Participant.NONE)
                        .isApplied())
                .isTrue();
    }

    @Test
    void with_continue_on_site_error_the_site_sits_out_and_comes_back() {
        fixture.worker("w1");
        fixture.worker("w2");
        Job job = fixture.running(aJob("mnist").shards(2).minClients(1).continueOnSiteError());

        fixture.agent(fixture.workerOf(job, 1)).raise(fixture.holder(job, 1));
        assertThat(fixture.told).contains("site failed site-2 train_raised");
        fixture.settle();

        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.TRAINING);
        assertThat(fixture.holder(job, 1).attempt()).isEqualTo(2);
    }

    @Test
    void a_failure_of_the_platform_is_tried_on_another_worker_first() {
        TestAgent w1 = fixture.worker("w1");
        w1.prepares = false;
        Job job = fixture.submit(aJob("mnist"));
        fixture.settle();
        fixture.worker("w2");

        w1.failPlatform(fixture.holder(job, 0));
        fixture.settle();

        assertThat(fixture.workerOf(job, 0)).isEqualTo("w2");
    }

    @Test
    void three_failures_of_the_platform_in_a_row_put_a_worker_in_quarantine_and_end_the_job_with_that_failure() {
        TestAgent w1 = fixture.worker("w1");
        w1.prepares = false;
        Job job = fixture.submit(aJob("mnist"));

        for (int attempt = 1; attempt <= 3; attempt++) {
            fixture.settle();
            w1.failPlatform(fixture.holder(job, 0));
        }
        fixture.settle();

        assertThat(fixture.kernel
                        .view()
                        .worker(w1.id)
                        .orElseThrow()
                        .worker()
                        .quarantine()
                        .orElseThrow())
                .startsWith("3 failures of the platform in a row, the last: [pip] index away");
        assertThat(pendingFailure(job).reason()).isEqualTo("environment_failed");
        fixture.kernel.undrain(w1.id, "ada");
        assertThat(fixture.kernel.view().worker(w1.id).orElseThrow().worker().takesShards())
                .isTrue();
    }

    @Test
    void a_shard_that_a_broken_gpu_lost_goes_elsewhere_and_its_worker_stays_in_use() {
        TestAgent box = fixture.worker("box", KernelFixture.offer(2, "rtx_4090", 48_000, Set.of()));
        box.slotFreeMemoryMb = Optional.of(List.of(24_000L, 24_000L));
        box.sync();
        Job job = fixture.running(aJob("mnist"));
        TestAgent other = fixture.worker("other", KernelFixture.offer(1, "rtx_4090", 24_000, Set.of()));

        box.offer = KernelFixture.offer(1, "rtx_4090", 24_000, Set.of());
        box.slotFreeMemoryMb = Optional.of(List.of(24_000L));
        box.loseGpu(fixture.holder(job, 0));
        fixture.settle();

        assertThat(fixture.workerOf(job, 0)).isEqualTo("other");
        assertThat(fixture.kernel.view().worker(box.id).orElseThrow().worker().platformFailures())
                .isZero();
        for (int again = 0; again < 3; again++) {
            TestAgent holder = fixture.workerOf(job, 0).equals("other") ? other : box;
            holder.loseGpu(fixture.holder(job, 0));
            fixture.settle();
        }
        assertThat(pendingFailure(job).reason()).isEqualTo("gpu_unavailable");
    }

    @Test
    void a_preparing_job_that_stays_broken_gives_its_slots_back_and_is_queued_again() {
        fixture.worker("w1");
        TestAgent w2 = fixture.worker("w2");
        fixture.agents.values().forEach(agent -> agent.prepares = false);
        Job job = fixture.submit(aJob("mnist").shards(2));
        fixture.settle();
        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.PREPARING);

        w2.crash();
        fixture.seconds(45);

        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.QUEUED);
        assertThat(fixture.kernel.view().image().live(job.id())).isEmpty();
        assertThat(fixture.kernel.view().queuePlace(job.id()))
                .contains(new QueuePlace(1, "needs 2 workers, 1 is free"));
        w2.restart();
        fixture.settle();
        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.PREPARING);
    }

    @Test
    void a_worker_that_never_takes_up_an_offer_loses_it() {
        TestAgent w1 = fixture.worker("w1");
        Job job = fixture.submit(aJob("mnist"));
        fixture.kernel.runDueWork();
        var reportWithoutIt = w1.report();

        for (int second = 0; second < 7; second++) {
            fixture.clock.advance(Duration.ofSeconds(1));
            fixture.kernel.sync(w1.id, reportWithoutIt);
            fixture.kernel.runDueWork();
        }

        assertThat(fixture.memory.assignments(job.id()).getFirst().state()).isEqualTo(AssignmentState.LOST);
    }

    @Test
    void a_job_that_ended_has_its_assignments_stopped() {
        TestAgent w1 = fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));
        Failure failure = new Failure("invalid_update", "user", false, "[x] y; z", "z", null);

        fixture.kernel.fail(job.id(), failure, Participant.NONE);
        SyncResult answer = fixture.kernel.sync(w1.id, w1.report());

        assertThat(answer)
                .isInstanceOfSatisfying(
                        SyncResult.Current.class,
                        current -> assertThat(current.assignments())
                                .singleElement()
                                .matches(assignment -> assignment.stopping()));
        assertThat(fixture.kernel.deleteEnded(job.id(), Participant.NONE)).isEqualTo(Deletion.WORKERS_STOPPING);
        fixture.seconds(2);
        assertThat(fixture.kernel.view().worker(w1.id).orElseThrow().freeSlots())
                .isEqualTo(1);
        assertThat(fixture.kernel.deleteEnded(job.id(), Participant.NONE)).isEqualTo(Deletion.DELETED);
    }

    @Test
    void removing_a_worker_moves_its_shards_and_draining_does_not() {
        TestAgent w1 = fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));
        fixture.worker("w2");

        fixture.kernel.drain(w1.id, "ada");
        fixture.settle();
        assertThat(fixture.workerOf(job, 0)).isEqualTo("w1");
        fixture.kernel.remove(w1.id, "ada");
        fixture.settle();
        assertThat(fixture.workerOf(job, 0)).isEqualTo("w2");
        assertThat(fixture.kernel.sync(w1.id, w1.report())).isEqualTo(new SyncResult.Unknown());
    }

    private Failure pendingFailure(Job job) {
        return fixture.job(job.id())
                .ending()
                .map(Ending.Failed.class::cast)
                .orElseThrow()
                .failure();
    }
}
