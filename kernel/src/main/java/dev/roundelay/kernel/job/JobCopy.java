package dev.roundelay.kernel.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// Copies a job with some components changed. Used by [Job]'s verbs alone.
final class JobCopy {
    private final Job from;
    private JobState state;
    private @Nullable JobPhase phase;
    private Instant phaseSince;
    private @Nullable Instant startedAt;
    private @Nullable Instant endedAt;
    private Optional<Ending> ending;
    private @Nullable Failure failure;
    private boolean cancelRequested;
    private SortedSet<Integer> dropped;
    private String note;
    private List<String> tags;

    JobCopy(Job from) {
        this.from = from;
        this.state = from.state();
        this.phase = from.phase();
        this.phaseSince = from.phaseSince();
        this.startedAt = from.startedAt();
        this.endedAt = from.endedAt();
        this.ending = from.ending();
        this.failure = from.failure();
        this.cancelRequested = from.cancelRequested();
        this.dropped = from.dropped();
        this.note = from.note();
        this.tags = from.tags();
    }

    JobCopy state(JobState to) {
        state = to;
        return this;
    }

    JobCopy phase(@Nullable JobPhase to, Instant since) {
        phase = to;
        phaseSince = since;
        return this;
    }

    JobCopy startedAt(Instant at) {
        startedAt = at;
        return this;
    }

    JobCopy endedAt(Instant at) {
        endedAt = at;
        return this;
    }

    JobCopy ending(Optional<Ending> how) {
        ending = how;
        return this;
    }

    JobCopy failure(@Nullable Failure why) {
        failure = why;
        return this;
    }

    JobCopy cancelRequested(boolean requested) {
        cancelRequested = requested;
        return this;
    }

    JobCopy dropped(SortedSet<Integer> shards) {
        dropped = shards;
        return this;
    }

    JobCopy note(String text) {
        note = text;
        return this;
    }

    JobCopy tags(List<String> all) {
        tags = all;
        return this;
    }

    Job build() {
        return new Job(
                from.id(),
                from.ownerId(),
                from.name(),
                from.slug(),
                state,
                phase,
                phaseSince,
                from.shards(),
                from.selection(),
                from.minClients(),
                from.continueOnSiteError(),
                from.limits(),
                from.priority(),
                from.createdAt(),
                startedAt,
                endedAt,
                ending,
                failure,
                cancelRequested,
                from.parentId(),
                from.dataset(),
                from.environmentKey(),
                dropped,
                note,
                tags,
                from.spec());
    }
}
