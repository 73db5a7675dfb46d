package dev.roundelay.federation.run;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.round.Round;
import dev.roundelay.kernel.job.Failure;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a run is to do next.
sealed interface Due {
    /// Nothing before an event, or before this time has passed.
    record Rest(@Nullable Duration atMost) implements Due {}

    /// Take the first model from the job that this one goes on from.
    record Inherit() implements Due {}

    /// Tell the kernel that the job can run.
    record Start() implements Due {}

    /// Open a round.
    record OpenRound(int number) implements Due {}

    /// Check the bytes of accepted updates that an earlier life of this server, or another one, has spooled.
    record CheckSpool(int round, List<Contribution> untrusted) implements Due {}

    /// Close the open round and fix its members.
    record CloseRound(int round) implements Due {}

    /// Every shard that was asked has answered: aggregate, ascending by shard, and let the commit close the round. A
    /// restart finds the same updates and decides the same.
    record CloseAndAggregate(Round open, List<Contribution> members) implements Due {}

    /// Take a member off the list that can no longer send its lost update again.
    record LeaveOut(int round, int shard) implements Due {}

    /// Aggregate the members' updates, ascending by shard, and commit the round.
    record Aggregate(Round round, List<Contribution> members) implements Due {}

    /// Tell the kernel that all rounds are committed, and the sites to finish.
    record Wrap() implements Due {}

    /// Write the outputs and finish the job.
    record Finish() implements Due {}

    /// Record that the job fails.
    record Failing(Failure failure) implements Due {}

    /// Write what there is and fail the job.
    record EndFailed(Failure failure) implements Due {}

    /// Write what there is and end the cancelled job.
    record EndCancelled() implements Due {}
}
