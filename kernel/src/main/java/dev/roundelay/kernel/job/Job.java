package dev.roundelay.kernel.job;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A job as the kernel knows it. Immutable; its verbs consult [JobTransitions] and [JobPhaseTransitions] and return
/// the job as it is after the move, or throw an `IllegalStateException` for a move that cannot happen.
///
/// @param phase         null exactly when the state is terminal
/// @param phaseSince    when the phase began, for people and for the first count of a bound after a restart
/// @param ending        how it is about to end early; empty when it goes on or has ended
/// @param failure       of a FAILED job; null else
/// @param cancelRequested the user has asked to cancel it
/// @param dropped       shards that the job goes on without
/// @param spec          the specification as JSON, opaque
public record Job(
        JobId id,
        UserId ownerId,
        String name,
        String slug,
        JobState state,
        @Nullable JobPhase phase,
        Instant phaseSince,
        int shards,
        Selection selection,
        int minClients,
        boolean continueOnSiteError,
        Limits limits,
        int priority,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        Optional<Ending> ending,
        @Nullable Failure failure,
        boolean cancelRequested,
        @Nullable JobId parentId,
        Optional<String> dataset,
        Optional<String> environmentKey,
        SortedSet<Integer> dropped,
        String note,
        List<String> tags,
        String spec) {
    public Job {
        dropped = Collections.unmodifiableSortedSet(new TreeSet<>(dropped));
        tags = List.copyOf(tags);
        if ((phase == null) != state.isTerminal()) {
            throw new IllegalArgumentException("[" + id + "] state " + state + " does not go with phase " + phase);
        }
    }

    /// Returns a new job at the end of the queue.
    public static Job queued(NewJob n, Instant now) {
        return new Job(
                n.id(),
                n.ownerId(),
                n.name(),
                n.slug(),
                JobState.PENDING,
                JobPhase.QUEUED,
                now,
                n.shards(),
                n.selection(),
                n.minClients(),
                n.continueOnSiteError(),
                n.limits(),
                n.priority(),
                now,
                null,
                null,
                Optional.empty(),
                null,
                false,
                n.parentId(),
                n.dataset(),
                n.environmentKey(),
                new TreeSet<>(),
                n.note(),
                n.tags(),
                n.spec());
    }

    /// Returns the site of a shard, whichever worker runs it.
    public static String site(int shard) {
        return "site-" + (shard + 1);
    }

    /// Returns whether it has not ended.
    public boolean isLive() {
        return !state.isTerminal();
    }

    /// Returns whether it neither has ended nor is about to end early.
    public boolean isGoingOn() {
        return isLive() && ending.isEmpty();
    }

    /// Returns whether it is live and in this phase.
    public boolean is(JobPhase wanted) {
        return phase == wanted;
    }

    /// Returns whether the shard takes part.
    public boolean hasShard(int shard) {
        return shard >= 0 && shard < shards && !dropped.contains(shard);
    }

    /// Returns the job with its slots held.
    public Job prepare(Instant now) {
        return move(JobPhaseEvent.PLACE, now);
    }

    /// Returns the job back in the queue.
    public Job requeue(Instant now) {
        return move(JobPhaseEvent.REQUEUE, now);
    }

    /// Returns the job RUNNING.
    public Job start(Instant now) {
        JobState next = JobTransitions.TABLE.next(state, JobEvent.START, id.value());
        return move(JobPhaseEvent.START, now).copy().state(next).startedAt(now).build();
    }

    /// Returns the job while a shard of it is being re-assigned.
    public Job lose(Instant now) {
        return move(JobPhaseEvent.LOSE, now);
    }

    /// Returns the job with all shards ready again.
    public Job recover(Instant now) {
        return move(JobPhaseEvent.RECOVER, now);
    }

    /// Returns the job while its outputs are written.
    public Job finalizing(Instant now) {
        return move(JobPhaseEvent.FINALIZE, now);
    }

    /// Returns the job about to end early; the first ending stays.
    public Job end(Ending how, Instant now) {
        if (ending.isPresent()) {
            return this;
        }
        return move(JobPhaseEvent.STOP, now).copy().ending(Optional.of(how)).build();
    }

    /// Returns the job with the wish of the user recorded.
    public Job requestCancel(String actor, Instant now) {
        return end(new Ending.Cancelled(actor), now)
                .copy()
                .cancelRequested(true)
                .build();
    }

    /// Returns the job FINISHED.
    public Job finish(Instant now) {
        return ended(JobEvent.FINISH, null, now);
    }

    /// Returns the job FAILED.
    public Job fail(Failure why, Instant now) {
        return ended(JobEvent.FAIL, why, now);
    }

    /// Returns the job CANCELLED.
    public Job cancelled(Instant now) {
        return ended(JobEvent.CANCEL, null, now);
    }

    /// Returns the job without this shard.
    public Job drop(int shard) {
        SortedSet<Integer> more = new TreeSet<>(dropped);
        more.add(shard);
        return copy().dropped(more).build();
    }

    /// Returns the job with another note and other tags.
    public Job annotate(String newNote, List<String> newTags) {
        return copy().note(newNote).tags(newTags).build();
    }

    private Job ended(JobEvent event, @Nullable Failure why, Instant now) {
        JobState next = JobTransitions.TABLE.next(state, event, id.value());
        return copy().state(next)
                .phase(null, now)
                .endedAt(now)
                .failure(why)
                .ending(Optional.empty())
                .build();
    }

    private Job move(JobPhaseEvent event, Instant now) {
        if (phase == null) {
            throw new IllegalStateException(
                    "job " + id + " cannot " + event + " from " + state + ": already ended at " + endedAt);
        }
        return copy().phase(JobPhaseTransitions.TABLE.next(phase, event, id.value()), now)
                .build();
    }

    private JobCopy copy() {
        return new JobCopy(this);
    }
}
