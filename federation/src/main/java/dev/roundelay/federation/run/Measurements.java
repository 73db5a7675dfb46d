package dev.roundelay.federation.run;

import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.RunState;
import dev.roundelay.federation.Validation;
import dev.roundelay.federation.metric.RoundMetrics;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Note;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;

/// Tells the journal what validations measured. A repeated point replaces the former one, so everything here may be
/// done again. Thread-safe.
final class Measurements {
    private final JobId id;
    private final Epoch epoch;
    private final RunParts parts;
    private final Set<Integer> fresh = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Set<String>> trainingNames = new ConcurrentHashMap<>();

    Measurements(JobId id, Epoch epoch, RunParts parts) {
        this.id = id;
        this.epoch = epoch;
        this.parts = parts;
    }

    /// Notes which names training used in the round that made a model.
    void trained(int model, Set<String> names) {
        trainingNames.put(model, Set.copyOf(names));
        trainingNames.keySet().removeIf(known -> known < model - 1);
    }

    /// Notes that a model has validations that the journal was not told of.
    void validated(int model) {
        fresh.add(model);
    }

    void loaded(RunState state) {
        fresh.addAll(state.validations().keySet());
    }

    /// Tells the journal what is fresh.
    void record(RunState state) {
        for (int model : List.copyOf(fresh)) {
            fresh.remove(model);
            SortedMap<Integer, Validation> validations = state.validations().get(model);
            if (validations == null || validations.isEmpty()) {
                continue;
            }
            try {
                parts.journal().record(epoch, id, notes(model, validations.values()));
            } catch (RuntimeException e) {
                fresh.add(model);
                throw e;
            }
        }
    }

    private List<Note> notes(int model, Collection<Validation> validations) {
        Instant at = parts.wall().instant();
        Set<String> taken = namesOf(model);
        var notes = new ArrayList<>(Notes.global(RoundMetrics.ofValidation(validations, taken), model - 1, at));
        validations.forEach(validation -> notes.addAll(Notes.bySite(validation, taken, at)));
        return notes;
    }

    private Set<String> namesOf(int model) {
        return trainingNames.computeIfAbsent(
                model,
                _ -> parts.store().rounds(id).stream()
                        .filter(round -> round.number() == model - 1)
                        .findFirst()
                        .map(RoundRecord::metrics)
                        .map(metrics -> Set.copyOf(metrics.keySet()))
                        .orElse(Set.of()));
    }
}
