package dev.roundelay.kernel.assignment;

import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A worker slot's lease for one shard of one job. Immutable; its verbs consult [AssignmentTransitions].
///
/// @param attempt   the shard's n-th holder, from 1; the highest is the current one
/// @param strikes   attempts of this shard since its last accepted step, this one included; 0 once a step of this one
///     was accepted
/// @param stopping  it is to be stopped: its job ends or has ended, gave its slots back, or goes on without the shard
/// @param validates whether the module has the validation function; null until it is ready
/// @param lastLog   number of its last log line, known with `done`; 0 before
/// @param endedAt   when it reached a terminal state; null before
/// @param failure   of a failed or lost one that told why; null else
public record Assignment(
        AssignmentId id,
        JobId jobId,
        int shard,
        WorkerId workerId,
        int attempt,
        Fence fence,
        AssignmentState state,
        int strikes,
        boolean stopping,
        @Nullable Boolean validates,
        long lastLog,
        Instant offeredAt,
        @Nullable Instant endedAt,
        @Nullable Failure failure) {

    /// Returns a new offer.
    public static Assignment offered(
            AssignmentId id,
            JobId jobId,
            int shard,
            WorkerId workerId,
            int attempt,
            int strikes,
            Fence fence,
            Instant now) {
        return new Assignment(
                id,
                jobId,
                shard,
                workerId,
                attempt,
                fence,
                AssignmentState.OFFERED,
                strikes,
                false,
                null,
                0,
                now,
                null,
                null);
    }

    /// Returns whether it holds its slot.
    public boolean isLive() {
        return !state.isTerminal();
    }

    /// Returns whether it holds its slot and is to go on.
    public boolean isAlive() {
        return isLive() && !stopping;
    }

    /// Returns the name of its shard's site.
    public String site() {
        return Job.site(shard);
    }

    /// Returns it as the holder of another shard: an assignment may stand for several.
    public Assignment of(int other) {
        return new Assignment(
                id, jobId, other, workerId, attempt, fence, state, strikes, stopping, validates, lastLog, offeredAt,
                endedAt, failure);
    }

    /// Returns it taken up by its worker.
    public Assignment prepare() {
        return to(AssignmentEvent.PREPARE, null, null);
    }

    /// Returns it ready.
    public Assignment ready(@Nullable Boolean validatesToo) {
        Assignment next = to(AssignmentEvent.READY, null, null);
        return new Assignment(
                id,
                jobId,
                shard,
                workerId,
                attempt,
                fence,
                next.state,
                strikes,
                stopping,
                validatesToo,
                lastLog,
                offeredAt,
                null,
                null);
    }

    /// Returns it done, with the number of its last log line.
    public Assignment complete(long lastLogLine, Instant now) {
        Assignment next = to(AssignmentEvent.COMPLETE, now, null);
        return new Assignment(
                id,
                jobId,
                shard,
                workerId,
                attempt,
                fence,
                next.state,
                strikes,
                stopping,
                validates,
                lastLogLine,
                offeredAt,
                now,
                null);
    }

    /// Returns it lost.
    public Assignment lose(Instant now, @Nullable Failure why) {
        return to(AssignmentEvent.LOSE, now, why);
    }

    /// Returns it failed.
    public Assignment fail(Instant now, Failure why) {
        return to(AssignmentEvent.FAIL, now, why);
    }

    /// Returns it stopped.
    public Assignment stopped(Instant now) {
        return to(AssignmentEvent.STOP, now, null);
    }

    /// Returns it told to stop.
    public Assignment stop() {
        return new Assignment(
                id, jobId, shard, workerId, attempt, fence, state, strikes, true, validates, lastLog, offeredAt,
                endedAt, failure);
    }

    /// Returns it with a step accepted.
    public Assignment progressed() {
        return new Assignment(
                id, jobId, shard, workerId, attempt, fence, state, 0, stopping, validates, lastLog, offeredAt, endedAt,
                failure);
    }

    private Assignment to(AssignmentEvent event, @Nullable Instant at, @Nullable Failure why) {
        AssignmentState next = AssignmentTransitions.TABLE.next(state, event, id.value());
        return new Assignment(
                id, jobId, shard, workerId, attempt, fence, next, strikes, stopping, validates, lastLog, offeredAt, at,
                why);
    }
}
