package dev.roundelay.server.store;

import dev.roundelay.kernel.Changes;
import dev.roundelay.kernel.KernelEvent;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Ending;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerOffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/// The statements of one commit of the kernel, in batches.
final class KernelWrites {
    private static final int SEARCH_LENGTH = 500;

    private static final String INSERT_JOB = """
            insert into job (id, owner_id, name, slug, state, phase, phase_since, shards, selection, min_clients,
                continue_on_site_error, queue_timeout_ms, prepare_timeout_ms, recovery_timeout_ms, max_duration_ms,
                max_attempts, priority, created_at, started_at, ended_at, ending, ending_actor, failure, cancel_requested,
                parent_id, dataset, environment_key, dropped, note, tags, search)
            values (:id, :owner, :name, :slug, :state, :phase, :phaseSince, :shards, cast(:selection as jsonb),
                :minClients, :continueOnSiteError, :queueTimeout, :prepareTimeout, :recoveryTimeout, :maxDuration,
                :maxAttempts, :priority, :createdAt, :startedAt, :endedAt, :ending, :endingActor, cast(:failure as jsonb),
                :cancelRequested, :parent, :dataset, :environment, :dropped, :note, :tags, :search)
            """;
    private static final String UPDATE_JOB = """
            update job set state = :state, phase = :phase, phase_since = :phaseSince, started_at = :startedAt,
                ended_at = :endedAt, ending = :ending, ending_actor = :endingActor, failure = cast(:failure as jsonb),
                cancel_requested = :cancelRequested, dropped = :dropped, note = :note, tags = :tags, search = :search
            where id = :id
            """;
    private static final String UPSERT_WORKER = """
            insert into worker (id, name, owner_id, shared, state, drain, instance_id, former_instances, slots, device,
                model, memory_mb, labels, datasets, versions, allowed_users, environment_keys, price_per_gpu_hour_cents,
                owner_labels, platform_failures, quarantine, created_at, last_seen_at)
            values (:id, :name, :owner, :shared, :state, :drain, :instance, :former, :slots, :device, :model, :memory,
                cast(:labels as jsonb), :datasets, cast(:versions as jsonb), :allowed, :environments, :price,
                cast(:ownerLabels as jsonb), :failures, :quarantine, :createdAt, :lastSeenAt)
            on conflict (id) do update set name = excluded.name, shared = excluded.shared, state = excluded.state,
                drain = excluded.drain, instance_id = excluded.instance_id, former_instances = excluded.former_instances,
                slots = excluded.slots, device = excluded.device, model = excluded.model, memory_mb = excluded.memory_mb,
                labels = excluded.labels, datasets = excluded.datasets, versions = excluded.versions,
                allowed_users = excluded.allowed_users, environment_keys = excluded.environment_keys,
                price_per_gpu_hour_cents = excluded.price_per_gpu_hour_cents, owner_labels = excluded.owner_labels,
                platform_failures = excluded.platform_failures, quarantine = excluded.quarantine,
                last_seen_at = greatest(worker.last_seen_at, excluded.last_seen_at)
            """;
    private static final String UPSERT_ASSIGNMENT = """
            insert into assignment (id, job_id, shard, worker_id, attempt, fence, state, strikes, stopping, validates,
                last_log, offered_at, ended_at, failure)
            values (:id, :job, :shard, :worker, :attempt, :fence, :state, :strikes, :stopping, :validates, :lastLog,
                :offeredAt, :endedAt, cast(:failure as jsonb))
            on conflict (id) do update set state = excluded.state, strikes = excluded.strikes,
                stopping = excluded.stopping, validates = excluded.validates, last_log = excluded.last_log,
                ended_at = excluded.ended_at, failure = excluded.failure
            """;
    private static final String INSERT_TRANSITION = """
            insert into job_transition (job_id, seq, time, from_state, to_state, phase, reason, actor)
            values (:job, :seq, :time, :from, :to, :phase, :reason, :actor)
            """;
    private static final String INSERT_EVENT = """
            insert into job_event (job_id, seq, time, kind, data) values (:job, :seq, :time, :kind, cast(:data as jsonb))
            """;

    private final Handle handle;

    KernelWrites(Handle handle) {
        this.handle = handle;
    }

    void write(Changes changes) {
        jobs(INSERT_JOB, changes.newJobs());
        specs(changes.newJobs());
        jobs(UPDATE_JOB, changes.jobs());
        workers(changes.workers());
        assignments(changes.assignments());
        streams(changes);
    }

    void annotate(Job job) {
        jobs(UPDATE_JOB, List.of(job));
    }

    private void jobs(String statement, Collection<Job> jobs) {
        if (jobs.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch(statement);
        for (Job job : jobs) {
            bind(batch, job);
            batch.add();
        }
        batch.execute();
    }

    private static void bind(PreparedBatch batch, Job job) {
        Failure failure = job.ending().orElse(null) instanceof Ending.Failed(var pending) ? pending : job.failure();
        String actor = job.ending().orElse(null) instanceof Ending.Cancelled(var by) ? by : null;
        String ending = job.ending().isEmpty() ? null : actor == null ? "failed" : "cancelled";
        batch.bind("id", job.id().value())
                .bind("owner", job.ownerId().value())
                .bind("name", KernelJson.storable(job.name()))
                .bind("slug", KernelJson.storable(job.slug()))
                .bind("state", job.state().name())
                .bind("phase", job.phase() == null ? null : job.phase().toString())
                .bind("phaseSince", job.phaseSince())
                .bind("shards", job.shards())
                .bind("selection", KernelJson.of(job.selection()))
                .bind("minClients", job.minClients())
                .bind("continueOnSiteError", job.continueOnSiteError())
                .bind("queueTimeout", job.limits().queueTimeout().toMillis())
                .bind("prepareTimeout", job.limits().prepareTimeout().toMillis())
                .bind("recoveryTimeout", job.limits().recoveryTimeout().toMillis())
                .bind(
                        "maxDuration",
                        job.limits().maxDuration().map(span -> span.toMillis()).orElse(null))
                .bind("maxAttempts", job.limits().maxAttempts())
                .bind("priority", job.priority())
                .bind("createdAt", job.createdAt())
                .bind("startedAt", job.startedAt())
                .bind("endedAt", job.endedAt())
                .bind("ending", ending)
                .bind("endingActor", actor)
                .bind("failure", KernelJson.of(failure))
                .bind("cancelRequested", job.cancelRequested())
                .bind("parent", job.parentId() == null ? null : job.parentId().value())
                .bind("dataset", job.dataset().orElse(null))
                .bind("environment", job.environmentKey().orElse(null))
                .bind("dropped", job.dropped().toArray(Integer[]::new))
                .bind("note", KernelJson.storable(job.note()))
                .bind("tags", texts(job.tags()))
                .bind("search", search(job));
    }

    private void specs(Collection<Job> jobs) {
        for (Job job : jobs) {
            handle.execute(
                    "insert into job_spec (job_id, spec) values (?, ?)",
                    job.id().value(),
                    KernelJson.storable(job.spec()));
            handle.execute(
                    "insert into job_counter (job_id, seq) values (?, 0)",
                    job.id().value());
        }
    }

    private void workers(Collection<Worker> workers) {
        if (workers.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch(UPSERT_WORKER);
        for (Worker worker : workers) {
            WorkerOffer offer = worker.offer();
            batch.bind("id", worker.id().value())
                    .bind("name", KernelJson.storable(worker.name()))
                    .bind("owner", worker.ownerId().value())
                    .bind("shared", worker.shared())
                    .bind("state", worker.state().toString())
                    .bind("drain", worker.drain())
                    .bind("instance", worker.instanceId())
                    .bind("former", texts(worker.formerInstances()))
                    .bind("slots", offer.slots())
                    .bind("device", KernelJson.storable(offer.device()))
                    .bind("model", KernelJson.storable(offer.model()))
                    .bind("memory", offer.memoryMb())
                    .bind("labels", KernelJson.of(offer.labels()))
                    .bind("datasets", texts(offer.datasets()))
                    .bind("versions", KernelJson.of(offer.versions()))
                    .bind(
                            "allowed",
                            texts(offer.allowedUsers().stream()
                                    .map(UserId::value)
                                    .toList()))
                    .bind("environments", texts(offer.environmentKeys()))
                    .bind("price", worker.pricePerGpuHourCents())
                    .bind("ownerLabels", KernelJson.of(worker.ownerLabels()))
                    .bind("failures", worker.platformFailures())
                    .bind(
                            "quarantine",
                            worker.quarantine().map(KernelJson::storable).orElse(null))
                    .bind("createdAt", worker.createdAt())
                    .bind("lastSeenAt", worker.lastSeenAt())
                    .add();
        }
        batch.execute();
    }

    /// In the order given: an attempt that ends stands before the one that follows it, as the live index asks.
    private void assignments(Collection<Assignment> assignments) {
        if (assignments.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch(UPSERT_ASSIGNMENT);
        for (Assignment assignment : assignments) {
            batch.bind("id", assignment.id().value())
                    .bind("job", assignment.jobId().value())
                    .bind("shard", assignment.shard())
                    .bind("worker", assignment.workerId().value())
                    .bind("attempt", assignment.attempt())
                    .bind("fence", assignment.fence().value())
                    .bind("state", assignment.state().toString())
                    .bind("strikes", assignment.strikes())
                    .bind("stopping", assignment.stopping())
                    .bind("validates", assignment.validates())
                    .bind("lastLog", assignment.lastLog())
                    .bind("offeredAt", assignment.offeredAt())
                    .bind("endedAt", assignment.endedAt())
                    .bind("failure", KernelJson.of(assignment.failure()))
                    .add();
        }
        batch.execute();
    }

    private void streams(Changes changes) {
        Map<JobId, Integer> counts = new TreeMap<>();
        changes.transitions().forEach(row -> counts.merge(row.jobId(), 1, Integer::sum));
        changes.events().forEach(event -> counts.merge(event.jobId(), 1, Integer::sum));
        // INVARIANT: the counters are locked in the order of the ids, so that two writers never wait for each other.
        Map<JobId, Long> next = new HashMap<>();
        counts.forEach((job, count) -> take(job, count, next));
        PreparedBatch transitions = handle.prepareBatch(INSERT_TRANSITION);
        for (JobTransition row : changes.transitions()) {
            if (next.containsKey(row.jobId())) {
                add(transitions, row, next.merge(row.jobId(), 1L, Long::sum));
            }
        }
        if (transitions.size() > 0) {
            transitions.execute();
        }
        PreparedBatch events = handle.prepareBatch(INSERT_EVENT);
        for (KernelEvent event : changes.events()) {
            if (next.containsKey(event.jobId())) {
                events.bind("job", event.jobId().value())
                        .bind("seq", next.merge(event.jobId(), 1L, Long::sum))
                        .bind("time", event.time())
                        .bind("kind", event.kind())
                        .bind("data", KernelJson.of(event.facts()))
                        .add();
            }
        }
        if (events.size() > 0) {
            events.execute();
        }
    }

    /// A job that was deleted since has no counter: what its last assignments do is no longer of interest.
    private void take(JobId job, int count, Map<JobId, Long> next) {
        handle.createQuery("update job_counter set seq = seq + :count where job_id = :job returning seq")
                .bind("count", count)
                .bind("job", job.value())
                .mapTo(Long.class)
                .findOne()
                .ifPresent(last -> next.put(job, last - count));
    }

    private static void add(PreparedBatch batch, JobTransition row, long seq) {
        batch.bind("job", row.jobId().value())
                .bind("seq", seq)
                .bind("time", row.time())
                .bind("from", row.from() == null ? null : row.from().name())
                .bind("to", row.to().name())
                .bind("phase", row.phase() == null ? null : row.phase().toString())
                .bind("reason", row.reason() == null ? null : KernelJson.storable(row.reason()))
                .bind("actor", row.actor())
                .add();
    }

    private static String search(Job job) {
        String all = job.name() + "\n" + job.slug() + "\n" + job.id() + "\n" + String.join("\n", job.tags()) + "\n"
                + job.note();
        String text = KernelJson.storable(all).toLowerCase(Locale.ROOT);
        return text.substring(0, Math.min(text.length(), SEARCH_LENGTH));
    }

    private static String[] texts(Collection<String> texts) {
        return texts.stream().map(KernelJson::storable).toArray(String[]::new);
    }
}
