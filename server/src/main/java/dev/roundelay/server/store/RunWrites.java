package dev.roundelay.server.store;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.RoundCommit;
import dev.roundelay.federation.StagedFile;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.Validation;
import dev.roundelay.federation.round.Round;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.ReservationId;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The single changes of which a run's transactions are made, each within a handle of the caller's.
final class RunWrites {
    private RunWrites() {}

    /// Makes the run's row if there is none, and locks it.
    static void lockRun(Handle handle, JobId job) {
        handle.execute("insert into run (job_id) values (?) on conflict do nothing", job.value());
        handle.createQuery("select 1 from run where job_id = ? for update")
                .bind(0, job.value())
                .mapTo(Integer.class)
                .one();
    }

    static boolean hasModel(Handle handle, JobId job) {
        return handle.createQuery("select exists (select from global_model where job_id = ?)")
                .bind(0, job.value())
                .mapTo(Boolean.class)
                .one();
    }

    static void insertModel(Handle handle, JobId job, StoredModel model) {
        Blob weights = model.weights();
        @Nullable Blob state = model.state();
        handle.createUpdate("""
                        insert into global_model (job_id, number, weights_blob, weights_bytes, weights_crc32c, weights_etag,
                            state_blob, state_bytes, state_crc32c, state_etag)
                        values (:job, :number, :weights, :weightsBytes, :weightsCrc, :weightsTag,
                            :state, :stateBytes, :stateCrc, :stateTag)
                        """)
                .bind("job", job.value())
                .bind("number", model.number())
                .bind("weights", weights.id().value())
                .bind("weightsBytes", weights.sizeBytes())
                .bind("weightsCrc", weights.crc32c())
                .bind("weightsTag", weights.etag().value())
                .bind("state", state == null ? null : state.id().value())
                .bind("stateBytes", state == null ? null : state.sizeBytes())
                .bind("stateCrc", state == null ? null : state.crc32c())
                .bind("stateTag", state == null ? null : state.etag().value())
                .execute();
    }

    static void deleteModel(Handle handle, JobId job, int number) {
        handle.execute("delete from global_model where job_id = ? and number = ?", job.value(), number);
    }

    /// Returns 0 if there is a round of that number.
    static int insertRound(Handle handle, JobId job, Round round) {
        return handle.execute("""
                insert into round (job_id, number, state, opened_at, members, samples, metrics)
                values (?, ?, ?, ?, '{}', 0, '{}') on conflict do nothing
                """, job.value(), round.number(), round.state().toString(), round.openedAt());
    }

    static void updateRound(Handle handle, JobId job, Round round) {
        handle.createUpdate("""
                        update round set state = :state, closed_at = :closed, members = :members
                        where job_id = :job and number = :number
                        """)
                .bind("state", round.state().toString())
                .bind("closed", round.closedAt())
                .bind("members", round.members().toArray(Integer[]::new))
                .bind("job", job.value())
                .bind("number", round.number())
                .execute();
    }

    static void commitRound(Handle handle, JobId job, Round committed, RoundCommit commit) {
        handle.createUpdate("""
                        update round set state = :state, closed_at = :closed, members = :members,
                            committed_at = :at, samples = :samples, metrics = :metrics::jsonb
                        where job_id = :job and number = :number
                        """)
                .bind("state", committed.state().toString())
                .bind("closed", committed.closedAt())
                .bind("members", committed.members().toArray(Integer[]::new))
                .bind("at", commit.at())
                .bind("samples", commit.samples())
                .bind("metrics", RunRows.json(commit.metrics()))
                .bind("job", job.value())
                .bind("number", committed.number())
                .execute();
    }

    static boolean hasContribution(Handle handle, JobId job, int round, int shard) {
        return handle.createQuery(
                        "select exists (select from contribution where job_id = ? and round = ? and shard = ?)")
                .bind(0, job.value())
                .bind(1, round)
                .bind(2, shard)
                .mapTo(Boolean.class)
                .one();
    }

    /// Returns 0 if the shard's row names another file.
    static int dropContribution(Handle handle, JobId job, int round, Contribution lost) {
        int dropped = handle.execute("""
                delete from contribution
                where job_id = ? and round = ? and shard = ? and server = ? and file = ?
                """, job.value(), round, lost.shard(), lost.server(), lost.file());
        if (dropped > 0) {
            handle.execute("""
                    insert into contribution_loss (job_id, round, shard, times) values (?, ?, ?, 1)
                    on conflict (job_id, round, shard) do update set times = contribution_loss.times + 1
                    """, job.value(), round, lost.shard());
        }
        return dropped;
    }

    static void upsertValidation(Handle handle, JobId job, Validation validation) {
        handle.createUpdate("""
                        insert into validation (job_id, model, shard, samples, seconds, received_at, metrics)
                        values (:job, :model, :shard, :samples, :seconds, :received, :metrics::jsonb)
                        on conflict (job_id, model, shard) do update set samples = excluded.samples,
                            seconds = excluded.seconds, received_at = excluded.received_at, metrics = excluded.metrics
                        """)
                .bind("job", job.value())
                .bind("model", validation.model())
                .bind("shard", validation.shard())
                .bind("samples", validation.samples())
                .bind("seconds", validation.seconds())
                .bind("received", validation.receivedAt())
                .bind("metrics", RunRows.json(validation.metrics()))
                .execute();
    }

    static void upsertStaged(Handle handle, JobId job, StagedFile file) {
        handle.createUpdate("""
                        insert into staged_file (job_id, round, assignment_id, path, shard, blob, size_bytes, crc32c, etag)
                        values (:job, :round, :assignment, :path, :shard, :blob, :size, :crc, :etag)
                        on conflict (job_id, round, assignment_id, shard, path) do update set blob = excluded.blob,
                            size_bytes = excluded.size_bytes, crc32c = excluded.crc32c, etag = excluded.etag
                        """)
                .bind("job", job.value())
                .bind("round", file.round())
                .bind("assignment", file.assignment().value())
                .bind("path", file.path())
                .bind("shard", file.shard())
                .bind("blob", file.blob().id().value())
                .bind("size", file.blob().sizeBytes())
                .bind("crc", file.blob().crc32c())
                .bind("etag", file.blob().etag().value())
                .execute();
    }

    /// Deletes the staged files of a round and of those before it.
    static int deleteStaged(Handle handle, JobId job, int round) {
        return handle.execute("delete from staged_file where job_id = ? and round <= ?", job.value(), round);
    }

    static void setOutputPrefix(Handle handle, JobId job, String prefix) {
        handle.execute("""
                insert into run (job_id, output_prefix) values (?, ?)
                on conflict (job_id) do update set output_prefix = excluded.output_prefix
                """, job.value(), prefix);
    }

    static void setLastModel(Handle handle, JobId job, int model) {
        handle.execute("""
                insert into run (job_id, last_model) values (?, ?)
                on conflict (job_id) do update set last_model = excluded.last_model
                """, job.value(), model);
    }

    /// Follows outputs that have moved; a job that was deleted has nothing to follow.
    static void moveOutputPrefix(Handle handle, JobId job, String prefix) {
        handle.execute("update run set output_prefix = ? where job_id = ?", prefix, job.value());
    }

    /// Makes a slug's outputs a job's, and returns whose they were.
    static Optional<JobId> claim(Handle handle, BucketName bucket, String slug, JobId job) {
        Optional<JobId> former = handle.createQuery(
                        "select job_id from output_claim where bucket = ? and slug = ? for update")
                .bind(0, bucket.value())
                .bind(1, slug)
                .map((row, _) -> new JobId(row.getString(1)))
                .findOne();
        handle.execute("""
                insert into output_claim (bucket, slug, job_id) values (?, ?, ?)
                on conflict (bucket, slug) do update set job_id = excluded.job_id
                """, bucket.value(), slug, job.value());
        return former;
    }

    static long reservedBytes(Handle handle, ReservationId reservation) {
        return handle.createQuery("select bytes from reservation where id = ?")
                .bind(0, reservation.value())
                .mapTo(Long.class)
                .findOne()
                .orElse(-1L);
    }
}
