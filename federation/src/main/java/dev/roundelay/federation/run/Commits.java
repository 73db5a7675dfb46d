package dev.roundelay.federation.run;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.RoundCommit;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.metric.BestModel;
import dev.roundelay.federation.metric.RoundMetrics;
import dev.roundelay.federation.output.OutputKeys;
import dev.roundelay.federation.round.Round;
import dev.roundelay.federation.round.RoundState;
import dev.roundelay.federation.strategy.Aggregation;
import dev.roundelay.federation.strategy.Strategy;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.storage.Blob;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.Publication;
import dev.roundelay.storage.QuotaExceededException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Makes a model of a closed round and commits it.
final class Commits {
    /// What became of a closed round.
    sealed interface Result {
        record Committed(
                StoredModel made,
                List<Integer> dropped,
                @Nullable Round next,
                boolean isLast) implements Result {}

        /// A member's update is lost.
        record Lost(Contribution contribution) implements Result {}

        /// The job cannot go on.
        record Failed(Failure failure) implements Result {}
    }

    private final JobId id;
    private final Epoch epoch;
    private final RunParts parts;
    private final Outputs outputs;
    private final Measurements measurements;
    private final Refresh refresh;
    private volatile int stagedRound = -1;
    private volatile boolean stagedUnknown = true;

    Commits(JobId id, Epoch epoch, RunParts parts, Outputs outputs, Measurements measurements) {
        this.id = id;
        this.epoch = epoch;
        this.parts = parts;
        this.outputs = outputs;
        this.measurements = measurements;
        this.refresh = new Refresh(id, epoch, parts, outputs);
    }

    void loaded() {
        stagedUnknown = true;
    }

    void staged(int round) {
        stagedRound = Math.max(stagedRound, round);
    }

    Result commit(Situation now, Round round, List<Contribution> members) throws IOException {
        StoredModel from = now.state().newest().orElseThrow();
        Path out = parts.blobs().newFile();
        Path stateOut = parts.blobs().newFile();
        try {
            Strategy strategy = Strategy.of(now.spec().strategy(), parts.models());
            int sites = now.spec().shards();
            Strategy.Outcome outcome = inPool(() -> aggregate(strategy, from, members, sites, out, stateOut));
            Blob weights = parts.blobs().adopt(out);
            Blob state = outcome.hasState() ? parts.blobs().adopt(stateOut) : null;
            return store(now, round, members, outcome, new StoredModel(round.number() + 1, weights, state));
        } catch (Aggregation.LostMember e) {
            return new Result.Lost(e.contribution());
        } catch (Aggregation.UnfitMember e) {
            return new Result.Failed(RunFailures.invalidUpdate(round.number(), e.shard(), e.fault()));
        } catch (QuotaExceededException e) {
            return new Result.Failed(RunFailures.doesNotFit("model of round " + round.number(), e));
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(stateOut);
        }
    }

    /// Does what no worker waits for.
    void afterCommit(Situation before, Round committed) throws IOException {
        parts.spool().deleteRound(id, committed.number());
        refresh.request(before.job());
    }

    private Strategy.Outcome aggregate(
            Strategy strategy, StoredModel from, List<Contribution> members, int sites, Path out, Path stateOut)
            throws IOException, Aggregation.LostMember, Aggregation.UnfitMember {
        return Aggregation.run(
                strategy,
                Outputs.file(parts.blobs(), from.weights()),
                from.state() == null ? null : Outputs.file(parts.blobs(), from.state()),
                members,
                sites,
                member -> parts.spool().file(member.file()),
                // No metadata: all models but the first have one size, so that each fits where the one before was.
                Map.of(),
                out,
                stateOut);
    }

    private Result store(
            Situation now, Round round, List<Contribution> members, Strategy.Outcome outcome, StoredModel made)
            throws IOException {
        Instant at = parts.wall().instant();
        OutputKeys keys = Outputs.keys(now.job());
        var files = new ArrayList<NewObject>();
        if (isKept(now.spec(), made.number())) {
            files.add(outputs.checkpoint(keys.checkpointOf(made.number()), made));
        }
        files.addAll(siteFiles(keys, round, members));
        Map<String, Double> metrics = RoundMetrics.ofTraining(members, outcome.metrics());
        measurements.trained(made.number(), metrics.keySet());
        // The metrics of the rounds before this one are complete: its training was preceded by their validation.
        Optional<BestModel> best = best(now);
        boolean isLast = best.isPresent()
                && best.get().endsRun(Objects.requireNonNull(now.spec().select()));
        Round next = !isLast && made.number() < now.lastModel() ? Round.open(made.number(), at) : null;
        List<Integer> dropped = dropped(now, made.number(), best);
        var commit = new RoundCommit(
                round,
                made,
                members.stream().mapToLong(Contribution::samples).sum(),
                metrics,
                dropped,
                outputs.bucket(now.job()),
                reserveBytes(now, made, dropped, best),
                files,
                notes(now, round, members, metrics, outcome.remarks(), next, at),
                next,
                isLast,
                at);
        Publication published = parts.store().commitRound(epoch, id, commit);
        if (!published.leftOut().isEmpty()) {
            parts.journal()
                    .record(
                            epoch,
                            id,
                            List.of(Notes.filesNotStored(
                                    round.number(), null, published.leftOut().size(), at)));
        }
        return new Result.Committed(made, dropped, next, isLast);
    }

    private List<NewObject> siteFiles(OutputKeys keys, Round round, List<Contribution> members) {
        if (!stagedUnknown && stagedRound < round.number()) {
            return List.of();
        }
        stagedUnknown = false;
        return parts.store().stagedFiles(id, round.number()).stream()
                .filter(file -> members.stream()
                        .anyMatch(member -> member.shard() == file.shard()
                                && member.assignment().equals(file.assignment())))
                .map(file -> outputs.siteFile(keys, file))
                .toList();
    }

    private List<Note> notes(
            Situation now,
            Round round,
            List<Contribution> members,
            Map<String, Double> metrics,
            List<String> remarks,
            @Nullable Round next,
            Instant at) {
        int number = round.number();
        SortedSet<Integer> missing = new TreeSet<>(now.asked(number));
        missing.removeAll(round.members());
        missing.removeIf(shard -> !now.takesPart(shard));
        var notes = new ArrayList<Note>(Notes.leftOut(number, missing, at));
        notes.addAll(Notes.global(metrics, number, at));
        members.forEach(member -> notes.addAll(Notes.bySite(member, number, at)));
        remarks.forEach(remark -> notes.add(Notes.log(at, "INFO", number, "[strategy] " + remark)));
        boolean validates =
                now.current().values().stream().anyMatch(assignment -> Boolean.TRUE.equals(assignment.validates()));
        if (metrics.isEmpty() && !validates && number == now.spec().firstModel()) {
            notes.add(Notes.noMetrics(at));
        }
        Round stored = now.state().round();
        if (stored != null && stored.state() == RoundState.OPEN) {
            notes.addAll(Notes.closed(number, Objects.requireNonNull(round.closedAt())));
        }
        notes.add(Notes.committed(number, at));
        if (next != null) {
            notes.addAll(Notes.opened(next));
        }
        return notes;
    }

    /// Kept are the newest two, and every `checkpointEvery`-th; the two newest are there for those that resume
    /// or download.
    private static List<Integer> dropped(Situation now, int made, Optional<BestModel> best) {
        return now.state().models().keySet().stream()
                .filter(model -> model < made - 1 && !isKept(now.spec(), model))
                .filter(model -> best.isEmpty() || best.get().model() != model)
                .toList();
    }

    /// Set aside stays the checkpoint; where the best model is kept, `best.pt` too, and one model more until it
    /// is held beside the newest two.
    private static long reserveBytes(Situation now, StoredModel made, List<Integer> dropped, Optional<BestModel> best) {
        boolean isBestHeld = best.isPresent()
                && best.get().model() < made.number() - 1
                && now.state().models().containsKey(best.get().model())
                && !dropped.contains(best.get().model());
        int further = now.spec().select() == null ? 1 : isBestHeld ? 2 : 3;
        return further * Outputs.checkpointBytes(made.weights());
    }

    private Optional<BestModel> best(Situation now) {
        RunSpec.Select select = now.spec().select();
        return select == null
                ? Optional.empty()
                : BestModel.of(select, parts.store().rounds(id));
    }

    private static boolean isKept(RunSpec spec, int model) {
        return spec.checkpointEvery() > 0 && model > spec.firstModel() && model % spec.checkpointEvery() == 0;
    }

    private <T> T inPool(Callable<T> work) throws IOException, Aggregation.LostMember, Aggregation.UnfitMember {
        Future<T> result = parts.arithmetic().submit(work);
        try {
            return result.get();
        } catch (InterruptedException e) {
            result.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("[%s] interrupted while aggregating".formatted(id));
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case Aggregation.LostMember lost -> throw lost;
                case Aggregation.UnfitMember unfit -> throw unfit;
                case RuntimeException bug -> throw bug;
                case null, default -> throw new IllegalStateException("[%s] aggregation failed".formatted(id), e);
            }
        }
    }
}
