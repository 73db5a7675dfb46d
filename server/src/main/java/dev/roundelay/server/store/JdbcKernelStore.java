package dev.roundelay.server.store;

import dev.roundelay.kernel.Changes;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.JobPage;
import dev.roundelay.kernel.JobQuery;
import dev.roundelay.kernel.KernelImage;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/// The kernel's facts in PostgreSQL, one transaction a call. It executes participants of the kind [JdbcParticipant].
public final class JdbcKernelStore implements KernelStore {
    private static final String LIVE = "('PENDING', 'RUNNING')";
    private static final String HOLDING = "('offered', 'preparing', 'ready')";
    private static final String JOB = "select job.*, job_spec.spec from job join job_spec on job_spec.job_id = job.id ";

    private final Jdbi jdbi;

    /// Creates a store over a migrated database.
    public JdbcKernelStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public KernelImage load(Epoch epoch) {
        return StoreFaults.translated(() -> jdbi.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, handle -> {
            EpochGuard.require(handle, epoch);
            List<Job> jobs = handle.createQuery(JOB + "where state in " + LIVE)
                    .map((row, _) -> KernelRows.job(row))
                    .list();
            List<Worker> workers = handle.createQuery("select * from worker where state <> 'removed'")
                    .map((row, _) -> KernelRows.worker(row))
                    .list();
            Set<Assignment> assignments =
                    new HashSet<>(handle.createQuery("select * from assignment where state in " + HOLDING)
                            .map((row, _) -> KernelRows.assignment(row))
                            .list());
            assignments.addAll(handle.createQuery("select distinct on (job_id, shard) * from assignment"
                            + " where job_id in (select id from job where state in " + LIVE + ")"
                            + " order by job_id, shard, attempt desc")
                    .map((row, _) -> KernelRows.assignment(row))
                    .list());
            return KernelImage.of(jobs, workers, assignments);
        }));
    }

    @Override
    public void commit(Epoch epoch, Changes changes, Participant with) {
        requireKnown(with);
        inTransaction(epoch, handle -> {
            new KernelWrites(handle).write(changes);
            run(with, handle);
            return true;
        });
    }

    @Override
    public void renew(Epoch epoch, Map<WorkerId, Instant> lastSeen, Map<AssignmentId, Instant> leasedUntil) {
        inTransaction(epoch, handle -> {
            List<Map.Entry<WorkerId, Instant>> seen = lastSeen.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .toList();
            List<Map.Entry<AssignmentId, Instant>> leased = leasedUntil.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .toList();
            handle.createUpdate("update worker set last_seen_at = seen.at"
                            + " from unnest(cast(:ids as text[]), cast(:times as timestamptz[])) as seen(id, at)"
                            + " where worker.id = seen.id and worker.last_seen_at < seen.at")
                    .bind(
                            "ids",
                            seen.stream().map(entry -> entry.getKey().value()).toArray(String[]::new))
                    .bind(
                            "times",
                            seen.stream()
                                    .map(entry -> entry.getValue().toString())
                                    .toArray(String[]::new))
                    .execute();
            handle.createUpdate("update assignment set leased_until = leased.until"
                            + " from unnest(cast(:ids as text[]), cast(:times as timestamptz[])) as leased(id, until)"
                            + " where assignment.id = leased.id and assignment.state in " + HOLDING)
                    .bind(
                            "ids",
                            leased.stream().map(entry -> entry.getKey().value()).toArray(String[]::new))
                    .bind(
                            "times",
                            leased.stream()
                                    .map(entry -> entry.getValue().toString())
                                    .toArray(String[]::new))
                    .execute();
            return true;
        });
    }

    @Override
    public Optional<Job> findJob(JobId id) {
        return reading(handle -> findJob(handle, id));
    }

    @Override
    public JobPage listJobs(JobQuery query) {
        StringBuilder where = new StringBuilder("where true");
        query.owner().ifPresent(owner -> where.append(" and owner_id = :owner"));
        if (!query.states().isEmpty()) {
            where.append(" and state = any(:states)");
        }
        if (!query.text().isEmpty()) {
            where.append(" and position(:text in search) > 0");
        }
        // The page is found and counted on an index alone; only its own rows are read whole.
        String page = JOB + "where job.id in (select id from job " + where
                + " order by created_at desc, id desc limit :limit offset :offset)"
                + " order by created_at desc, id desc";
        return reading(handle -> {
            List<Job> items = bind(handle.createQuery(page), query)
                    .bind("limit", query.limit())
                    .bind("offset", query.offset())
                    .map((row, _) -> KernelRows.job(row))
                    .list();
            long total = bind(handle.createQuery("select count(*) from job " + where), query)
                    .mapTo(Long.class)
                    .one();
            return new JobPage(items, total);
        });
    }

    @Override
    public List<JobTransition> timeline(JobId id) {
        return reading(handle -> handle.createQuery("select * from job_transition where job_id = :id order by seq")
                .bind("id", id.value())
                .map((row, _) -> KernelRows.transition(row))
                .list());
    }

    @Override
    public List<Assignment> assignments(JobId id) {
        return reading(
                handle -> handle.createQuery("select * from assignment where job_id = :id order by shard, attempt")
                        .bind("id", id.value())
                        .map((row, _) -> KernelRows.assignment(row))
                        .list());
    }

    @Override
    public boolean annotateEnded(Epoch epoch, JobId id, String note, List<String> tags) {
        return inTransaction(epoch, handle -> {
            Optional<Job> ended = lockEnded(handle, id);
            ended.ifPresent(job -> new KernelWrites(handle).annotate(job.annotate(note, tags)));
            return ended.isPresent();
        });
    }

    @Override
    public boolean deleteEnded(Epoch epoch, JobId id, Participant with) {
        requireKnown(with);
        return inTransaction(epoch, handle -> {
            if (lockEnded(handle, id).isEmpty() || holdsSlots(handle, id)) {
                return false;
            }
            run(with, handle);
            handle.execute("delete from job where id = ?", id.value());
            return true;
        });
    }

    private static Optional<Job> lockEnded(Handle handle, JobId id) {
        return handle.createQuery(JOB + "where job.id = :id for update of job")
                .bind("id", id.value())
                .map((row, _) -> KernelRows.job(row))
                .findOne()
                .filter(job -> !job.isLive());
    }

    private static boolean holdsSlots(Handle handle, JobId id) {
        return handle.createQuery(
                        "select exists (select 1 from assignment where job_id = :id and state in " + HOLDING + ")")
                .bind("id", id.value())
                .mapTo(Boolean.class)
                .one();
    }

    private static Optional<Job> findJob(Handle handle, JobId id) {
        return handle.createQuery(JOB + "where job.id = :id")
                .bind("id", id.value())
                .map((row, _) -> KernelRows.job(row))
                .findOne();
    }

    private static Query bind(Query statement, JobQuery query) {
        query.owner().ifPresent(owner -> statement.bind("owner", owner.value()));
        if (!query.states().isEmpty()) {
            statement.bind("states", query.states().stream().map(JobState::name).toArray(String[]::new));
        }
        if (!query.text().isEmpty()) {
            statement.bind("text", KernelJson.storable(query.text().toLowerCase(Locale.ROOT)));
        }
        return statement;
    }

    private <T> T inTransaction(Epoch epoch, Function<Handle, T> write) {
        return StoreFaults.translated(() -> jdbi.inTransaction(handle -> {
            EpochGuard.require(handle, epoch);
            return write.apply(handle);
        }));
    }

    private <T> T reading(Function<Handle, T> read) {
        return StoreFaults.translated(() -> jdbi.withHandle(read::apply));
    }

    private static void requireKnown(Participant with) {
        if (with != Participant.NONE && !(with instanceof JdbcParticipant)) {
            throw new IllegalArgumentException("[kernel store] cannot execute the participant " + with
                    + "; give the JDBC store a JdbcParticipant");
        }
    }

    private static void run(Participant with, Handle handle) {
        if (with instanceof JdbcParticipant participant) {
            participant.write(handle);
        }
    }
}
