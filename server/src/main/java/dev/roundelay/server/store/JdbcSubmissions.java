package dev.roundelay.server.store;

import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.journal.Note;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// What a submit keeps beside the job: its requirement lines, the key that makes a repetition harmless, and warnings.
public final class JdbcSubmissions {
    /// How long a key stands for its job.
    static final Duration KEY_LIFE = Duration.ofHours(24);

    private final Jdbi jdbi;
    private final InstantSource clock;

    public JdbcSubmissions(Jdbi jdbi, InstantSource clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /// Returns the facts of a new job, to be committed together with it.
    public Participant record(
            UserId owner, @Nullable String key, JobId job, List<String> requirements, List<String> warnings) {
        return (JdbcParticipant) handle -> {
            handle.execute(
                    "update job_submission set idempotency_key = null where owner_id = ? and idempotency_key = ? and created_at < ?",
                    owner.value(),
                    key,
                    clock.instant().minus(KEY_LIFE));
            handle.createUpdate("""
                            insert into job_submission (job_id, owner_id, idempotency_key, requirements, created_at)
                            values (:job, :owner, :key, :requirements, :now)
                            """)
                    .bind("job", job.value())
                    .bind("owner", owner.value())
                    .bind("key", key)
                    .bind("requirements", requirements.toArray(new String[0]))
                    .bind("now", clock.instant())
                    .execute();
            JdbcJobJournal.write(
                    handle,
                    job,
                    warnings.stream()
                            .<Note>map(text -> new Note.Warn(clock.instant(), "workspace", text, null, null))
                            .toList());
        };
    }

    /// Returns the job that a key made within its life.
    public Optional<JobId> find(UserId owner, String key) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select job_id from job_submission where owner_id = ? and idempotency_key = ? and created_at >= ?")
                .bind(0, owner.value())
                .bind(1, key)
                .bind(2, clock.instant().minus(KEY_LIFE))
                .mapTo(String.class)
                .findOne()
                .map(JobId::new));
    }

    /// Returns the requirement lines of a job, as checked at submit.
    public List<String> requirements(JobId job) {
        return jdbi.withHandle(handle -> handle.createQuery("select requirements from job_submission where job_id = ?")
                .bind(0, job.value())
                .map((row, _) -> List.of((String[]) row.getArray(1).getArray()))
                .findOne()
                .orElse(List.of()));
    }
}
