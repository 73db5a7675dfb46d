package dev.roundelay.kernel.job;

import static dev.roundelay.kernel.job.JobState.CANCELLED;
import static dev.roundelay.kernel.job.JobState.FAILED;
import static dev.roundelay.kernel.job.JobState.FINISHED;
import static dev.roundelay.kernel.job.JobState.PENDING;
import static dev.roundelay.kernel.job.JobState.RUNNING;

import dev.roundelay.kernel.TransitionTable;
import dev.roundelay.kernel.TransitionTable.Row;
import java.util.List;

/// How the state of a job moves.
public final class JobTransitions {
    /// The one table.
    public static final TransitionTable<JobState, JobEvent> TABLE = new TransitionTable<>(
            "job",
            List.of(
                    new Row<>(
                            PENDING, JobEvent.START, RUNNING, "every worker is ready and the first weights are there"),
                    new Row<>(PENDING, JobEvent.FAIL, FAILED, "a bound passed, or a site failed while preparing"),
                    new Row<>(PENDING, JobEvent.CANCEL, CANCELLED, "cancelled before it ran, and every worker stopped"),
                    new Row<>(RUNNING, JobEvent.FINISH, FINISHED, "all outputs are durable"),
                    new Row<>(
                            RUNNING,
                            JobEvent.FAIL,
                            FAILED,
                            "the user's code failed, workers were lost, or a bound passed"),
                    new Row<>(
                            RUNNING,
                            JobEvent.CANCEL,
                            CANCELLED,
                            "cancelled, and every worker stopped or its lease ran out")));

    private JobTransitions() {}
}
