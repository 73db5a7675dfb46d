package dev.roundelay.federation;

import dev.roundelay.federation.round.Round;
import dev.roundelay.federation.round.RoundState;
import dev.roundelay.kernel.job.JobId;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The persisted facts of a run that decide what is due: models kept, the current round with what it has collected,
/// and the validations of the newest models. Immutable; equal facts make equal decisions on any server.
///
/// @param models        kept global models by number; empty before the first
/// @param round         the open or closed round; null before the first, between rounds, and at the end
/// @param contributions accepted updates of `round` by shard
/// @param asked         how often an accepted update of `round` was lost and asked for again, by shard
/// @param validations   by model and shard, of the last two models
/// @param outputsClaimed whether `files_out/` and `model_out/` are this job's
/// @param lastModel      the model with which the run ends earlier than its spec says; null if it does not
public record RunState(
        JobId job,
        SortedMap<Integer, StoredModel> models,
        @Nullable Round round,
        SortedMap<Integer, Contribution> contributions,
        SortedMap<Integer, Integer> asked,
        SortedMap<Integer, SortedMap<Integer, Validation>> validations,
        boolean outputsClaimed,
        @Nullable Integer lastModel) {

    public RunState {
        models = unmodifiable(models);
        contributions = unmodifiable(contributions);
        asked = unmodifiable(asked);
        validations = unmodifiable(validations);
    }

    /// Returns the state of a run of which nothing is stored.
    public static RunState fresh(JobId job) {
        return new RunState(job, new TreeMap<>(), null, new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), false, null);
    }

    /// Returns the newest committed model.
    public Optional<StoredModel> newest() {
        return models.isEmpty()
                ? Optional.empty()
                : Optional.of(models.lastEntry().getValue());
    }

    /// Returns the round that is open or closed.
    public Optional<Round> current() {
        return Optional.ofNullable(round);
    }

    /// Tells whether a shard's update for the current round may still be accepted.
    public boolean isWanted(int shard) {
        if (round == null || contributions.containsKey(shard)) {
            return false;
        }
        return round.state() == RoundState.OPEN || round.members().contains(shard);
    }

    public Optional<Validation> validation(int model, int shard) {
        return Optional.ofNullable(
                validations.getOrDefault(model, Collections.emptySortedMap()).get(shard));
    }

    public RunState withModel(StoredModel model) {
        return change(s -> s.models.put(model.number(), model));
    }

    public RunState withRound(@Nullable Round next) {
        return change(s -> {
            if (next == null || round == null || next.number() != round.number()) {
                s.contributions.clear();
                s.asked.clear();
            }
            s.round = next;
        });
    }

    /// Adds an accepted update; one for another round than the current, or beside an existing one, changes nothing.
    public RunState withContribution(int number, Contribution contribution) {
        if (round == null || round.number() != number) {
            return this;
        }
        return change(s -> s.contributions.putIfAbsent(contribution.shard(), contribution));
    }

    public RunState withoutContribution(int shard) {
        return change(s -> {
            s.contributions.remove(shard);
            s.asked.merge(shard, 1, Integer::sum);
        });
    }

    public RunState withValidation(Validation validation) {
        return change(s -> {
            var of = new TreeMap<>(s.validations.getOrDefault(validation.model(), Collections.emptySortedMap()));
            of.put(validation.shard(), validation);
            s.validations.put(validation.model(), Collections.unmodifiableSortedMap(of));
        });
    }

    /// Replaces the current round by the next one, or by none, after its model is committed.
    public RunState withCommit(StoredModel made, Iterable<Integer> dropped, @Nullable Round next) {
        return withRound(next).change(s -> {
            s.models.put(made.number(), made);
            dropped.forEach(s.models::remove);
            s.validations.headMap(made.number() - 1).clear();
        });
    }

    /// Ends the run with its newest model.
    public RunState withLastModel(int model) {
        return change(s -> s.lastModel = model);
    }

    public RunState withOutputsClaimed() {
        return change(s -> s.outputsClaimed = true);
    }

    private RunState change(Consumer<Draft> edit) {
        var draft = new Draft(this);
        edit.accept(draft);
        return new RunState(
                job,
                draft.models,
                draft.round,
                draft.contributions,
                draft.asked,
                draft.validations,
                draft.outputsClaimed,
                draft.lastModel);
    }

    private static <V> SortedMap<Integer, V> unmodifiable(SortedMap<Integer, V> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }

    private static final class Draft {
        private final TreeMap<Integer, StoredModel> models;
        private final TreeMap<Integer, Contribution> contributions;
        private final TreeMap<Integer, Integer> asked;
        private final TreeMap<Integer, SortedMap<Integer, Validation>> validations;
        private @Nullable Round round;
        private boolean outputsClaimed;
        private @Nullable Integer lastModel;

        private Draft(RunState from) {
            models = new TreeMap<>(from.models);
            contributions = new TreeMap<>(from.contributions);
            asked = new TreeMap<>(from.asked);
            validations = new TreeMap<>(from.validations);
            round = from.round;
            outputsClaimed = from.outputsClaimed;
            lastModel = from.lastModel;
        }
    }
}
