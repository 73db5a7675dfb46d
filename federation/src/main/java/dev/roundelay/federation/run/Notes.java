package dev.roundelay.federation.run;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.Validation;
import dev.roundelay.federation.metric.RoundMetrics;
import dev.roundelay.federation.round.Round;
import dev.roundelay.federation.round.RoundState;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.journal.Note;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the journal is told of a run.
final class Notes {
    private Notes() {}

    static List<Note> opened(Round round) {
        return List.of(event(round.number(), RoundState.OPEN, round.openedAt()));
    }

    static List<Note> closed(int round, Instant at) {
        return List.of(event(round, RoundState.CLOSED, at));
    }

    static Note committed(int round, Instant at) {
        return event(round, RoundState.COMMITTED, at);
    }

    static Note abandoned(int round, Instant at) {
        return event(round, RoundState.ABANDONED, at);
    }

    static List<Note> leftOut(int round, Collection<Integer> shards, Instant at) {
        var notes = new ArrayList<Note>();
        for (int shard : shards) {
            String site = Job.site(shard);
            notes.add(new Note.Warn(
                    at,
                    "site_left_out",
                    "[round %d, %s] is not part of the round's average; see the site's log for the reason"
                            .formatted(round, site),
                    site,
                    round));
        }
        return notes;
    }

    static Note late(int round, int shard, Instant at) {
        String site = Job.site(shard);
        return new Note.Warn(
                at,
                "late_update",
                "[round %d, %s] the update came after the round was closed and does not count; raise waitAfterMinSeconds"
                        .formatted(round, site),
                site,
                round);
    }

    static Note filesNotStored(int round, @Nullable Integer shard, int files, Instant at) {
        String site = shard == null ? null : Job.site(shard);
        return new Note.Warn(
                at,
                "files_not_stored",
                "[round %d] %d files do not fit into the storage quota and are left out; delete files or ask for a larger quota"
                        .formatted(round, files),
                site,
                round);
    }

    static Note noMetrics(Instant at) {
        return new Note.Warn(
                at,
                "no_metrics",
                "[job] training returned no metrics and there is no validation function; return numbers beside the weights from fl_train",
                null,
                null);
    }

    static Note log(Instant at, String level, @Nullable Integer round, String message) {
        return new Note.Log(at, null, level, round, message);
    }

    static List<Note> global(Map<String, Double> metrics, int round, Instant at) {
        var notes = new ArrayList<Note>();
        metrics.forEach((name, value) -> notes.add(new Note.Metric(at, name, null, round, value)));
        return notes;
    }

    static List<Note> bySite(Contribution contribution, int round, Instant at) {
        var notes = new ArrayList<Note>();
        contribution
                .metrics()
                .forEach((name, value) ->
                        notes.add(new Note.Metric(at, name, Job.site(contribution.shard()), round, value)));
        return notes;
    }

    /// A validation metric belongs to the round that made the model.
    static List<Note> bySite(Validation validation, Set<String> taken, Instant at) {
        var notes = new ArrayList<Note>();
        RoundMetrics.renamed(validation.metrics(), taken)
                .forEach((name, value) -> notes.add(
                        new Note.Metric(at, name, Job.site(validation.shard()), validation.model() - 1, value)));
        return notes;
    }

    private static Note event(int round, RoundState state, Instant at) {
        return new Note.Event(at, "round", "{\"round\":%d,\"state\":\"%s\"}".formatted(round, state));
    }
}
