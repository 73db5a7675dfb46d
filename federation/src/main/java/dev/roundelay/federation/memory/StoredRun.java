package dev.roundelay.federation.memory;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.RunState;
import dev.roundelay.federation.StagedFile;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.Validation;
import dev.roundelay.federation.round.Round;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.storage.ObjectKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The rows of one run. Guarded by the store.
final class StoredRun {
    final TreeMap<Integer, StoredModel> models = new TreeMap<>();
    final TreeMap<Integer, StoredRound> rounds = new TreeMap<>();
    final TreeMap<Integer, TreeMap<Integer, Validation>> validations = new TreeMap<>();
    final TreeMap<ObjectKey, StagedFile> staged = new TreeMap<>();
    long reservedBytes;

    @Nullable
    Integer lastModel;

    @Nullable
    String outputPrefix;

    /// One round with what it has collected.
    static final class StoredRound {
        Round round;

        @Nullable
        Instant committedAt;

        long samples;
        Map<String, Double> metrics = Map.of();
        final TreeMap<Integer, Contribution> contributions = new TreeMap<>();
        final TreeMap<Integer, Integer> asked = new TreeMap<>();

        StoredRound(Round round) {
            this.round = round;
        }
    }

    RunState state(JobId job) {
        StoredRound live = live();
        SortedMap<Integer, SortedMap<Integer, Validation>> newest = new TreeMap<>();
        int from = models.isEmpty() ? 0 : models.lastKey() - 1;
        validations
                .tailMap(from)
                .forEach((model, of) -> newest.put(model, Collections.unmodifiableSortedMap(new TreeMap<>(of))));
        return new RunState(
                job,
                models,
                live == null ? null : live.round,
                live == null ? Collections.emptySortedMap() : live.contributions,
                live == null ? Collections.emptySortedMap() : live.asked,
                newest,
                outputPrefix != null,
                lastModel);
    }

    /// Returns the round that is open or closed.
    @Nullable
    StoredRound live() {
        StoredRound last = rounds.isEmpty() ? null : rounds.lastEntry().getValue();
        return last == null || last.round.state().isTerminal() ? null : last;
    }

    List<RoundRecord> history() {
        var history = new ArrayList<RoundRecord>();
        for (StoredRound stored : rounds.values()) {
            Round round = stored.round;
            history.add(new RoundRecord(
                    round.number(),
                    round.state(),
                    round.openedAt(),
                    round.closedAt(),
                    stored.committedAt,
                    stored.samples,
                    stored.metrics,
                    round.members(),
                    List.copyOf(stored.contributions.values()),
                    List.copyOf(validations
                            .getOrDefault(round.number() + 1, new TreeMap<>())
                            .values())));
        }
        return history;
    }
}
