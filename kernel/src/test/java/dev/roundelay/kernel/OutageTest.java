package dev.roundelay.kernel;

import static dev.roundelay.kernel.AJob.aJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerReport;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class OutageTest {
    private final KernelFixture fixture = new KernelFixture();

    @Test
    void an_outage_of_the_store_costs_no_lease() {
        fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));

        fixture.store.fault = FaultyStore.Fault.AWAY;
        for (int second = 0; second < 60; second++) {
            fixture.clock.advance(Duration.ofSeconds(1));
            assertUnavailable();
        }
        fixture.store.fault = FaultyStore.Fault.NONE;
        fixture.clock.advance(Duration.ofSeconds(1));
        fixture.kernel.runDueWork();
        fixture.seconds(5);

        assertThat(fixture.isReady(job, 0)).isTrue();
        assertThat(fixture.holder(job, 0).attempt()).isEqualTo(1);
        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.TRAINING);
    }

    @Test
    void after_a_restart_a_formerly_live_lease_has_ten_seconds() {
        fixture.worker("w1").up = false;
        fixture.worker("w2");
        Job job = fixture.running(aJob("mnist").pinnedTo(fixture.agent("w2").id));
        fixture.agent("w2").up = false;

        fixture.restartKernel();
        fixture.seconds(9);
        assertThat(fixture.isReady(job, 0)).isTrue();
        fixture.seconds(2);
        assertThat(fixture.holder(job, 0).state()).isEqualTo(AssignmentState.LOST);
    }

    @Test
    void a_pause_of_the_process_costs_no_lease() {
        fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));

        fixture.clock.advance(Duration.ofSeconds(30));
        fixture.kernel.runDueWork();
        fixture.seconds(3);

        assertThat(fixture.isReady(job, 0)).isTrue();
    }

    @Test
    void a_commit_whose_answer_was_lost_is_found_out_before_the_next_change() {
        fixture.store.fault = FaultyStore.Fault.ANSWER_LOST;
        assertThatThrownBy(() -> fixture.kernel.submit(aJob("mnist").build(), Participant.NONE))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessage("[kernel store] the connection was reset; try again in a moment");
        assertThat(fixture.kernel.view().jobs()).isEmpty();
        fixture.told.clear();

        assertThat(fixture.kernel.submit(aJob("mnist").build(), Participant.NONE))
                .isInstanceOf(Submitted.SlugInUse.class);

        assertThat(fixture.kernel.view().jobs()).hasSize(1);
        assertThat(fixture.told).contains("job job_mnist");
    }

    @Test
    void a_standby_does_not_say_that_something_does_not_exist() {
        fixture.worker("w1");

        fixture.kernel.deactivate();

        assertThatThrownBy(() -> fixture.kernel.view()).isInstanceOf(KernelException.class);
        assertThatThrownBy(() -> fixture.agent("w1").sync()).isInstanceOf(KernelException.class);
    }

    @Test
    void no_worker_is_called_unknown_while_terms_end_and_begin() throws Exception {
        WorkerId worker = fixture.worker("w1").id;
        WorkerReport report = fixture.agent("w1").report();
        AtomicBoolean over = new AtomicBoolean();
        Thread terms = Thread.ofPlatform().start(() -> {
            for (int term = 0; term < 20_000; term++) {
                fixture.kernel.deactivate();
                fixture.kernel.activate(fixture.memory.raiseEpoch());
            }
            over.set(true);
        });
        int answers = 0;
        while (!over.get()) {
            try {
                assertThat(fixture.kernel.sync(worker, report)).isInstanceOf(SyncResult.Current.class);
                answers++;
            } catch (KernelException e) {
                assertThat(e.fault()).isIn(KernelException.Fault.NOT_ACTIVE, KernelException.Fault.STALE_EPOCH);
            }
        }
        terms.join();
        assertThat(answers).isPositive();
    }

    @Test
    void a_replaced_server_commits_nothing_and_says_so_once() {
        fixture.worker("w1");
        Kernel old = fixture.kernel;
        fixture.restartKernel();

        assertThatThrownBy(() -> old.submit(aJob("mnist").build(), Participant.NONE))
                .isInstanceOf(StaleEpochException.class);
        assertThatThrownBy(old::runDueWork)
                .isInstanceOf(KernelException.class)
                .hasMessage("[kernel] this server is not the active one; try the next one");

        assertThat(fixture.told).contains("deposed 1");
        assertThat(old.isActive()).isFalse();
        assertThat(fixture.kernel.view().jobs()).isEmpty();
    }

    @Test
    void after_a_restart_everything_goes_on() {
        fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));

        fixture.restartKernel();
        fixture.seconds(3);

        assertThat(fixture.kernel.view().job(job.id())).contains(job);
        assertThat(fixture.isReady(job, 0)).isTrue();
        assertThat(fixture.kernel.finalizing(job.id()).isApplied()).isTrue();
    }

    @Test
    void a_participant_that_throws_leaves_everything_as_it_was() {
        InMemoryParticipant failing = () -> {
            throw new IllegalStateException("no room");
        };

        assertThatThrownBy(() -> fixture.kernel.submit(aJob("mnist").build(), failing))
                .hasMessage("no room");

        assertThat(fixture.kernel.view().jobs()).isEmpty();
        assertThat(fixture.submit(aJob("mnist")).slug()).isEqualTo("mnist");
    }

    private void assertUnavailable() {
        assertThatThrownBy(fixture.kernel::runDueWork).isInstanceOf(StoreUnavailableException.class);
    }
}
