package dev.roundelay.federation.run;

import dev.roundelay.federation.FinalOutputs;
import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.metric.BestModel;
import dev.roundelay.federation.output.OutputKeys;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.Verdict;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Author;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.QuotaExceededException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends a job: writes its outputs as blobs, then shows them and moves the job in one transaction.
final class Endings {
    private static final Logger log = LoggerFactory.getLogger(Endings.class);

    private final JobId id;
    private final RunParts parts;
    private final Outputs outputs;
    private @Nullable NewObject checkpoint;
    private @Nullable NewObject best;

    Endings(JobId id, RunParts parts, Outputs outputs) {
        this.id = id;
        this.parts = parts;
        this.outputs = outputs;
    }

    /// Writes the final model while the sites finish.
    void prepare(Situation now) throws IOException {
        if (checkpoint == null) {
            checkpoint = checkpoint(now);
            best = best(now, checkpoint);
        }
    }

    Verdict finish(Situation now) throws IOException {
        if (!areLogsIn(now)) {
            return new Verdict.Rejected("the last log lines of a site are still awaited");
        }
        prepare(now);
        List<Note> last = List.of(log("info", "finished with model " + now.newest() + bestInWords(now)));
        var required = new ArrayList<NewObject>();
        if (checkpoint != null) {
            required.add(checkpoint);
        }
        if (best != null) {
            required.add(best);
        }
        try {
            return parts.kernel().finish(id, end(now.job(), required, records(now, last), last));
        } catch (QuotaExceededException e) {
            return parts.kernel().failing(id, RunFailures.doesNotFit("checkpoint", e));
        }
    }

    Verdict fail(Situation now, Failure failure) throws IOException {
        List<Note> last = notesAtEnd(now, log("error", "failed: " + failure.message()));
        return parts.kernel().fail(id, failure, end(now.job(), List.of(), leftovers(now, last), last));
    }

    Verdict cancel(Situation now) throws IOException {
        List<Note> last = notesAtEnd(now, log("info", "cancelled"));
        return parts.kernel().confirmCancelled(id, end(now.job(), List.of(), leftovers(now, last), last));
    }

    /// Ends a job whose outputs cannot be written, without any.
    void giveUp(Job job, Failure failure) {
        try {
            Participant end = end(job, List.of(), List.of(), List.of());
            if (!parts.kernel().fail(id, failure, end).isApplied()) {
                var _ = parts.kernel().confirmCancelled(id, end);
            }
        } catch (RuntimeException e) {
            log.error("[{}] cannot even be failed", id, e);
        }
    }

    private Participant end(Job job, List<NewObject> required, List<NewObject> optional, List<Note> notes) {
        return parts.store()
                .end(
                        id,
                        new FinalOutputs(outputs.bucket(job), required, optional, notes),
                        parts.wall().instant());
    }

    private List<NewObject> records(Situation now, List<Note> last) throws IOException {
        OutputKeys keys = Outputs.keys(now.job());
        List<RoundRecord> history = parts.store().rounds(id);
        return List.of(outputs.log(keys, last), outputs.metrics(keys, history), outputs.metricsBySite(keys, history));
    }

    /// Returns log, metrics and the last committed model of a job that did not finish.
    private List<NewObject> leftovers(Situation now, List<Note> notes) throws IOException {
        var objects = new ArrayList<>(records(now, notes));
        Optional<StoredModel> newest = now.state().newest();
        if (newest.isPresent() && now.isValidated(newest.get().number())) {
            int number = newest.get().number();
            NewObject last = outputs.checkpoint(Outputs.keys(now.job()).checkpointOf(number), newest.get());
            objects.add(last);
            NewObject bestSoFar = best(now, last);
            if (bestSoFar != null) {
                objects.add(bestSoFar);
            }
        }
        return objects;
    }

    private @Nullable NewObject checkpoint(Situation now) throws IOException {
        Optional<StoredModel> newest = now.state().newest();
        return newest.isEmpty()
                ? null
                : outputs.checkpoint(Outputs.keys(now.job()).checkpoint(), newest.get());
    }

    /// Returns the best model as an object.
    ///
    /// @param newest the newest model, whose bytes are used if that is the best one; null for none
    /// @return null if the job does not choose, or no round has the metric
    private @Nullable NewObject best(Situation now, @Nullable NewObject newest) throws IOException {
        RunSpec.Select select = now.spec().select();
        if (select == null || newest == null) {
            return null;
        }
        Optional<BestModel> found = BestModel.of(select, parts.store().rounds(id));
        StoredModel model =
                found.map(best -> now.state().models().get(best.model())).orElse(null);
        if (model == null) {
            return null;
        }
        ObjectKey key = Outputs.keys(now.job()).best();
        return model.number() == now.newest()
                ? new NewObject(key, newest.blob(), newest.attributes())
                : outputs.checkpoint(key, model);
    }

    private String bestInWords(Situation now) {
        RunSpec.Select select = now.spec().select();
        return select == null
                ? ""
                : BestModel.of(select, parts.store().rounds(id))
                        .map(best -> "; the best one is %d with %s %s"
                                .formatted(best.model(), select.metric(), best.value()))
                        .orElse("; no round has the metric " + select.metric());
    }

    /// A site that is done has told the number of its last line; one that was lost is not awaited.
    private boolean areLogsIn(Situation now) {
        if (now.times().finishing().compareTo(now.times().finishBound()) >= 0) {
            return true;
        }
        return now.current().values().stream()
                .filter(assignment -> assignment.state() == AssignmentState.DONE)
                .allMatch(assignment ->
                        parts.journal().mark(new Author(assignment.id(), assignment.site(), assignment.attempt()))
                                >= assignment.lastLog());
    }

    private List<Note> notesAtEnd(Situation now, Note log) {
        if (now.state().round() == null) {
            return List.of(log);
        }
        return List.of(
                log, Notes.abandoned(now.state().round().number(), parts.wall().instant()));
    }

    private Note log(String level, String message) {
        Instant at = parts.wall().instant();
        return Notes.log(at, level, null, "[%s] %s".formatted(id, message));
    }
}
