package dev.roundelay.server.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.roundelay.contract.Json;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.journal.Note;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/// What a submit keeps beside the job: its requirement lines, the key that makes a repetition harmless, and
/// warnings.
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
    public Participant record(Submission submission) {
        return (JdbcParticipant) handle -> {
            handle.execute(
                    "update job_submission set idempotency_key = null where owner_id = ? and idempotency_key = ? and created_at < ?",
                    submission.owner().value(),
                    submission.key(),
                    clock.instant().minus(KEY_LIFE));
            handle.createUpdate("""
                            insert into job_submission
                                (job_id, owner_id, idempotency_key, requirements, inputs, origin_model, created_at)
                            values (:job, :owner, :key, :requirements, :inputs::jsonb, :origin, :now)
                            """)
                    .bind("job", submission.job().value())
                    .bind("owner", submission.owner().value())
                    .bind("key", submission.key())
                    .bind("requirements", submission.requirements().toArray(new String[0]))
                    .bind("inputs", json(submission.inputs()))
                    .bind("origin", submission.originModel())
                    .bind("now", clock.instant())
                    .execute();
            JdbcJobJournal.write(
                    handle,
                    submission.job(),
                    submission.warnings().stream()
                            .<Note>map(text -> new Note.Warn(clock.instant(), "workspace", text, null, null))
                            .toList());
        };
    }

    /// Returns the ETag of each shard and of the warm start by key; empty for a job of a server that did not
    /// keep them.
    public Optional<Map<String, String>> inputs(JobId job) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select inputs from job_submission where job_id = ? and inputs is not null")
                .bind(0, job.value())
                .mapTo(String.class)
                .findOne()
                .map(JdbcSubmissions::map));
    }

    /// Returns the number of the parent's model from which a job goes on; empty for a fresh start.
    public Optional<Integer> originModel(JobId job) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select origin_model from job_submission where job_id = ? and origin_model is not null")
                .bind(0, job.value())
                .mapTo(Integer.class)
                .findOne());
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

    private static String json(Map<String, String> inputs) {
        try {
            return Json.strict().writeValueAsString(inputs);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> map(String json) {
        try {
            return Json.lenient().readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("[job_submission] its inputs cannot be read; see the log", e);
        }
    }
}
