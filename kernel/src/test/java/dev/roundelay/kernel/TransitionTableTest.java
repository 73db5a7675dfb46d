package dev.roundelay.kernel;

import static dev.roundelay.kernel.AJob.aJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.kernel.assignment.AssignmentEvent;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.assignment.AssignmentTransitions;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobEvent;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.JobPhaseEvent;
import dev.roundelay.kernel.job.JobPhaseTransitions;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.JobTransitions;
import dev.roundelay.kernel.worker.WorkerEvent;
import dev.roundelay.kernel.worker.WorkerState;
import dev.roundelay.kernel.worker.WorkerTransitions;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TransitionTableTest {
    @Test
    void a_move_that_is_not_in_a_table_says_what_is() {
        assertThatThrownBy(() -> JobTransitions.TABLE.next(JobState.PENDING, JobEvent.FINISH, "job_7"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("job job_7 cannot finish from PENDING; allowed there: start, fail, cancel");
        assertThatThrownBy(() -> JobTransitions.TABLE.next(JobState.FINISHED, JobEvent.FAIL, "job_7"))
                .hasMessage("job job_7 cannot fail from FINISHED; allowed there: nothing");
        assertThatThrownBy(() -> JobPhaseTransitions.TABLE.next(JobPhase.QUEUED, JobPhaseEvent.LOSE, "job_7"))
                .hasMessage("job phase of job_7 cannot lose from queued; allowed there: place, stop");
        assertThatThrownBy(() -> AssignmentTransitions.TABLE.next(AssignmentState.LOST, AssignmentEvent.READY, "asg_7"))
                .hasMessage("assignment asg_7 cannot ready from lost; allowed there: nothing");
        assertThatThrownBy(() -> WorkerTransitions.TABLE.next(WorkerState.OFFLINE, WorkerEvent.DRAIN, "wrk_7"))
                .hasMessage("worker wrk_7 cannot drain from offline; allowed there: return, return_to_drain, remove");
    }

    @Test
    void every_move_that_is_in_no_table_throws() {
        assertAllOthersThrow(JobTransitions.TABLE, JobState.values(), JobEvent.values());
        assertAllOthersThrow(JobPhaseTransitions.TABLE, JobPhase.values(), JobPhaseEvent.values());
        assertAllOthersThrow(AssignmentTransitions.TABLE, AssignmentState.values(), AssignmentEvent.values());
        assertAllOthersThrow(WorkerTransitions.TABLE, WorkerState.values(), WorkerEvent.values());
    }

    @Test
    void an_ended_job_says_when_it_ended() {
        Instant then = Instant.parse("2026-01-01T00:00:00Z");
        Job job = Job.queued(aJob("mnist").build(), then);
        Job failed = job.fail(new dev.roundelay.kernel.job.Failure("internal", "platform", false, "", "", null), then);

        assertThatThrownBy(() -> failed.start(then))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("job job_mnist cannot start from FAILED; allowed there: nothing");
        assertThatThrownBy(() -> failed.prepare(then))
                .hasMessage("job job_mnist cannot place from FAILED: already ended at 2026-01-01T00:00:00Z");
    }

    @Test
    void finishing_a_job_that_still_trains_is_a_bug() {
        KernelFixture fixture = new KernelFixture();
        fixture.worker("w1");
        Job job = fixture.running(aJob("mnist"));

        assertThatThrownBy(() -> fixture.kernel.finish(job.id(), Participant.NONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("job job_mnist cannot finish from RUNNING/training: call finalizing first");
    }

    private static <S extends Enum<S>, E extends Enum<E>> void assertAllOthersThrow(
            TransitionTable<S, E> table, S[] states, E[] events) {
        for (S state : states) {
            for (E event : events) {
                if (table.find(state, event).isEmpty()) {
                    assertThatThrownBy(() -> table.next(state, event, "x")).isInstanceOf(IllegalStateException.class);
                } else {
                    assertThat(table.next(state, event, "x"))
                            .isEqualTo(table.find(state, event).orElseThrow());
                }
            }
        }
    }
}
