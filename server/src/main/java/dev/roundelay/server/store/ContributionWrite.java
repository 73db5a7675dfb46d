package dev.roundelay.server.store;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.Holder;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.job.JobId;
import org.jdbi.v3.core.Handle;

/// Records an accepted update: all that has to be true of it is asked for in the statement that inserts it, since each
/// statement costs as much as the rest of the call.
final class ContributionWrite {
    /// What became of it.
    enum Result {
        STALE_EPOCH,
        STALE_FENCE,
        CLOSED,
        EXISTS,
        STORED
    }

    // INVARIANT: each part reads the one before it, so that rows are locked in the order of all transactions: epoch,
    // assignment, round. The conflict is with a copy of the same update that came at the same time.
    private static final String INSERT = """
            with epoch_row as (
                select 1 as found from server_epoch where epoch = :epoch for share),
            holder as (
                select 1 as found from assignment
                where (select found from epoch_row) = 1
                    and id = :assignment and fence = :fence and state in ('offered', 'preparing', 'ready')
                for share),
            current as (
                select state, members from round
                where (select found from holder) = 1 and job_id = :job and number = :round
                for share),
            welcome as (
                select 1 as found from current
                where state = 'open' or (state = 'closed' and :shard = any(members))),
            inserted as (
                insert into contribution (job_id, round, shard, assignment_id, attempt, worker_id, server, file,
                    size_bytes, crc32c, samples, seconds, started_at, received_at, metrics)
                select :job, :round, :shard, :assignment, :attempt, :worker, :server, :file,
                    :size, :crc, :samples, :seconds, :started, :received, :metrics::jsonb
                from welcome
                on conflict do nothing
                returning 1 as found)
            select case
                when not exists (select from epoch_row) then 'STALE_EPOCH'
                when not exists (select from holder) then 'STALE_FENCE'
                when exists (select from inserted) then 'STORED'
                when not exists (select from current) then 'CLOSED'
                when exists (select from welcome) then 'EXISTS'
                when exists (select from contribution where job_id = :job and round = :round and shard = :shard)
                    then 'EXISTS'
                else 'CLOSED' end
            """;

    private ContributionWrite() {}

    static Result insert(Handle handle, Epoch epoch, JobId job, Holder holder, int round, Contribution contribution) {
        return Result.valueOf(handle.createQuery(INSERT)
                .bind("epoch", epoch.value())
                .bind("fence", holder.fence().value())
                .bind("job", job.value())
                .bind("round", round)
                .bind("shard", contribution.shard())
                .bind("assignment", holder.assignment().value())
                .bind("attempt", contribution.attempt())
                .bind("worker", contribution.worker().value())
                .bind("server", contribution.server())
                .bind("file", contribution.file())
                .bind("size", contribution.sizeBytes())
                .bind("crc", contribution.crc32c())
                .bind("samples", contribution.samples())
                .bind("seconds", contribution.seconds())
                .bind("started", contribution.startedAt())
                .bind("received", contribution.receivedAt())
                .bind("metrics", RunRows.json(contribution.metrics()))
                .mapTo(String.class)
                .one());
    }
}
