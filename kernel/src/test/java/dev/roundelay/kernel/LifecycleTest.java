package dev.roundelay.kernel;

import static dev.roundelay.kernel.AJob.aJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.JobTransition;
import org.junit.jupiter.api.Test;

class LifecycleTest {
    private final KernelFixture fixture = new KernelFixture();

    @Test
    void a_job_goes_from_the_queue_to_its_end() {
        fixture.worker("w1");
        fixture.worker("w2");

        Job job = fixture.running(aJob("mnist").shards(2));
        assertThat(job.state()).isEqualTo(JobState.RUNNING);
        assertThat(job.phase()).isEqualTo(JobPhase.TRAINING);
        fixture.kernel.finalizing(job.id());
        fixture.agents
                .values()
                .forEach(agent -> fixture.kernel
                        .view()
                        .image()
                        .live(agent.id)
                        .forEach(assignment -> agent.say(assignment, AssignmentState.DONE)));
        fixture.second();
        assertThat(fixture.holder(job, 0).state()).isEqualTo(AssignmentState.DONE);
        assertThat(fixture.kernel.finish(job.id(), Participant.NONE).isApplied())
                .isTrue();

        assertThat(fixture.job(job.id()).state()).isEqualTo(JobState.FINISHED);
        assertThat(fixture.kernel.view().job(job.id())).isEmpty();
        assertThat(fixture.memory.timeline(job.id()))
                .extracting(JobTransition::to, JobTransition::phase)
                .containsExactly(
                        tuple(JobState.PENDING, JobPhase.QUEUED),
                        tuple(JobState.PENDING, JobPhase.PREPARING),
                        tuple(JobState.RUNNING, JobPhase.TRAINING),
                        tuple(JobState.RUNNING, JobPhase.FINALIZING),
                        tuple(JobState.FINISHED, null));
    }

    @Test
    void a_cancelled_job_ends_when_its_workers_have_stopped() {
        fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));

        Cancelled cancelled = fixture.kernel.cancel(job.id(), "ada");

        assertThat(cancelled).isInstanceOf(Cancelled.Requested.class);
        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.STOPPING);
        assertThat(fixture.kernel.confirmCancelled(job.id(), Participant.NONE))
                .isEqualTo(new Verdict.Rejected("job job_mnist waits for 1 worker to stop"));
        fixture.seconds(2);
        assertThat(fixture.kernel.confirmCancelled(job.id(), Participant.NONE).isApplied())
                .isTrue();
        assertThat(fixture.job(job.id()).state()).isEqualTo(JobState.CANCELLED);
        assertThat(fixture.kernel.cancel(job.id(), "ada")).isInstanceOf(Cancelled.AlreadyCancelled.class);
    }

    @Test
    void a_dead_worker_is_noticed_within_8_seconds_and_its_shard_moves() {
        TestAgent w1 = fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));
        fixture.worker("w2");
        fixture.second();

        w1.crash();
        fixture.seconds(7);

        assertThat(fixture.workerOf(job, 0)).isEqualTo("w2");
        assertThat(fixture.holder(job, 0).attempt()).isEqualTo(2);
        fixture.seconds(3);
        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.TRAINING);
    }
}
