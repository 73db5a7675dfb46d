package dev.roundelay.contract.job;

import org.jspecify.annotations.Nullable;

/// What is different when an ended job is sent again: the body of `POST /api/v1/jobs/{id}/resubmit`. Absent
/// parts are as they were.
///
/// @param fromRound go on from the global model after so many rounds, a number or `"last"`; absent for a fresh start
/// @param rounds    the total of rounds; numbering goes on
/// @param name      a name of its own; with the old one the earlier outputs move to `previous/`
/// @param selection which workers
public record Resubmit(
        @Nullable Object fromRound,
        @Nullable Integer rounds,
        @Nullable String name,
        JobSpec.@Nullable Selection selection) {
    /// The newest model that the job has committed.
    public static final String LAST = "last";

    /// Returns the same again, from the start.
    public static Resubmit same() {
        return new Resubmit(null, null, null, null);
    }
}
