package dev.roundelay.kernel.job;

import static dev.roundelay.kernel.job.JobPhase.FINALIZING;
import static dev.roundelay.kernel.job.JobPhase.PREPARING;
import static dev.roundelay.kernel.job.JobPhase.QUEUED;
import static dev.roundelay.kernel.job.JobPhase.RECOVERING;
import static dev.roundelay.kernel.job.JobPhase.STOPPING;
import static dev.roundelay.kernel.job.JobPhase.TRAINING;

import dev.roundelay.kernel.TransitionTable;
import dev.roundelay.kernel.TransitionTable.Row;
import java.util.List;

/// How the phase of a live job moves.
public final class JobPhaseTransitions {
    /// The one table.
    public static final TransitionTable<JobPhase, JobPhaseEvent> TABLE = new TransitionTable<>(
            "job phase of",
            List.of(
                    new Row<>(QUEUED, JobPhaseEvent.PLACE, PREPARING, "all its shards got a slot at once"),
                    new Row<>(QUEUED, JobPhaseEvent.STOP, STOPPING, "cancelled, or the queue timeout passed"),
                    new Row<>(
                            PREPARING, JobPhaseEvent.REQUEUE, QUEUED, "not whole again within 30 s of losing a worker"),
                    new Row<>(PREPARING, JobPhaseEvent.START, TRAINING, "every worker is ready and model 0 is there"),
                    new Row<>(PREPARING, JobPhaseEvent.STOP, STOPPING, "cancelled or failed"),
                    new Row<>(TRAINING, JobPhaseEvent.LOSE, RECOVERING, "a shard lost its worker"),
                    new Row<>(TRAINING, JobPhaseEvent.FINALIZE, FINALIZING, "all rounds are committed"),
                    new Row<>(TRAINING, JobPhaseEvent.STOP, STOPPING, "cancelled or failed"),
                    new Row<>(
                            RECOVERING, JobPhaseEvent.RECOVER, TRAINING, "every shard that takes part is ready again"),
                    new Row<>(RECOVERING, JobPhaseEvent.FINALIZE, FINALIZING, "all rounds are committed"),
                    new Row<>(RECOVERING, JobPhaseEvent.STOP, STOPPING, "cancelled or failed"),
                    new Row<>(FINALIZING, JobPhaseEvent.STOP, STOPPING, "cancelled or failed")));

    private JobPhaseTransitions() {}
}
