package dev.roundelay.server.store;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.assignment.Fence;
import dev.roundelay.kernel.job.Ending;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.job.Limits;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerOffer;
import dev.roundelay.kernel.worker.WorkerState;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How rows of the kernel's tables become its records.
final class KernelRows {
    private KernelRows() {}

    static Job job(ResultSet row) throws SQLException {
        String phase = row.getString("phase");
        String ending = row.getString("ending");
        Failure failure = KernelJson.failure(row.getString("failure"));
        String parent = row.getString("parent_id");
        long maxDuration = row.getLong("max_duration_ms");
        boolean hasMaxDuration = !row.wasNull();
        return new Job(
                new JobId(row.getString("id")),
                new UserId(row.getString("owner_id")),
                row.getString("name"),
                row.getString("slug"),
                JobState.valueOf(row.getString("state")),
                phase == null ? null : JobPhase.valueOf(phase.toUpperCase(Locale.ROOT)),
                instant(row, "phase_since"),
                row.getInt("shards"),
                KernelJson.selection(row.getString("selection")),
                row.getInt("min_clients"),
                row.getBoolean("continue_on_site_error"),
                new Limits(
                        Duration.ofMillis(row.getLong("queue_timeout_ms")),
                        Duration.ofMillis(row.getLong("prepare_timeout_ms")),
                        Duration.ofMillis(row.getLong("recovery_timeout_ms")),
                        hasMaxDuration ? Optional.of(Duration.ofMillis(maxDuration)) : Optional.empty(),
                        row.getInt("max_attempts")),
                row.getInt("priority"),
                instant(row, "created_at"),
                nullableInstant(row, "started_at"),
                nullableInstant(row, "ended_at"),
                ending(ending, row.getString("ending_actor"), failure),
                ending == null ? failure : null,
                row.getBoolean("cancel_requested"),
                parent == null ? null : new JobId(parent),
                Optional.ofNullable(row.getString("dataset")),
                Optional.ofNullable(row.getString("environment_key")),
                new TreeSet<>(integers(row, "dropped")),
                row.getString("note"),
                texts(row, "tags"),
                row.getString("spec"));
    }

    static Worker worker(ResultSet row) throws SQLException {
        return new Worker(
                new WorkerId(row.getString("id")),
                row.getString("name"),
                new UserId(row.getString("owner_id")),
                row.getBoolean("shared"),
                WorkerState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getBoolean("drain"),
                row.getString("instance_id"),
                texts(row, "former_instances"),
                new WorkerOffer(
                        row.getInt("slots"),
                        row.getString("device"),
                        row.getString("model"),
                        row.getLong("memory_mb"),
                        KernelJson.map(row.getString("labels")),
                        Set.copyOf(texts(row, "datasets")),
                        KernelJson.map(row.getString("versions")),
                        texts(row, "allowed_users").stream().map(UserId::new).collect(Collectors.toSet()),
                        Set.copyOf(texts(row, "environment_keys"))),
                row.getInt("price_per_gpu_hour_cents"),
                KernelJson.map(row.getString("owner_labels")),
                row.getInt("platform_failures"),
                Optional.ofNullable(row.getString("quarantine")),
                instant(row, "created_at"),
                instant(row, "last_seen_at"));
    }

    static Assignment assignment(ResultSet row) throws SQLException {
        boolean validates = row.getBoolean("validates");
        boolean knowsValidates = !row.wasNull();
        return new Assignment(
                new AssignmentId(row.getString("id")),
                new JobId(row.getString("job_id")),
                row.getInt("shard"),
                new WorkerId(row.getString("worker_id")),
                row.getInt("attempt"),
                new Fence(row.getString("fence")),
                AssignmentState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getInt("strikes"),
                row.getBoolean("stopping"),
                knowsValidates ? validates : null,
                row.getLong("last_log"),
                instant(row, "offered_at"),
                nullableInstant(row, "ended_at"),
                KernelJson.failure(row.getString("failure")));
    }

    static JobTransition transition(ResultSet row) throws SQLException {
        String from = row.getString("from_state");
        String phase = row.getString("phase");
        return new JobTransition(
                new JobId(row.getString("job_id")),
                instant(row, "time"),
                from == null ? null : JobState.valueOf(from),
                JobState.valueOf(row.getString("to_state")),
                phase == null ? null : JobPhase.valueOf(phase.toUpperCase(Locale.ROOT)),
                row.getString("reason"),
                row.getString("actor"));
    }

    private static Optional<Ending> ending(@Nullable String kind, @Nullable String actor, @Nullable Failure failure) {
        if (kind == null) {
            return Optional.empty();
        }
        return Optional.of(
                kind.equals("failed")
                        ? new Ending.Failed(Objects.requireNonNull(failure, "a failing job without a failure"))
                        : new Ending.Cancelled(Objects.requireNonNull(actor, "a cancel without an actor")));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant nullableInstant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return List.of((String[]) array.getArray());
    }

    private static List<Integer> integers(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return Arrays.asList((Integer[]) array.getArray());
    }
}
