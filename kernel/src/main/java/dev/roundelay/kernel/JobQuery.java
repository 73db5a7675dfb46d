package dev.roundelay.kernel;

import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.UserId;
import java.util.Optional;
import java.util.Set;

/// Which jobs to list, newest first.
///
/// @param owner  empty for everyone's
/// @param states empty for all
/// @param text   part of a name, slug, id, note or tag, without regard to case; empty for all
/// @param limit  1 to 200
public record JobQuery(Optional<UserId> owner, Set<JobState> states, String text, int limit, int offset) {
    public JobQuery {
        states = Set.copyOf(states);
        if (limit < 1 || offset < 0) {
            throw new IllegalArgumentException(
                    "[job query] limit " + limit + ", offset " + offset + "; give a limit of 1 or more");
        }
    }
}
