package dev.roundelay.federation.run;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.FirstModel;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.RunState;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.round.Round;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.Verdict;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.storage.QuotaExceededException;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does what a run has decided: one commit, then its image, then word to the workers. Belongs to the run's loop.
final class Actions {
    private static final Logger log = LoggerFactory.getLogger(Actions.class);

    private final JobId id;
    private final Epoch epoch;
    private final RunParts parts;
    private final JobRun run;
    private final Outputs outputs;
    private final Endings endings;

    Actions(JobId id, Epoch epoch, RunParts parts, JobRun run, Outputs outputs, Endings endings) {
        this.id = id;
        this.epoch = epoch;
        this.parts = parts;
        this.run = run;
        this.outputs = outputs;
        this.endings = endings;
    }

    /// Returns false if another look right away would decide the same.
    boolean act(Situation now, Due due) throws IOException {
        return switch (due) {
            case Due.Rest _ -> false;
            case Due.Inherit() -> inherit(now);
            case Due.Start() -> applied(parts.kernel().start(id));
            case Due.OpenRound(var number) ->
                open(Round.open(number, parts.wall().instant()));
            case Due.CheckSpool(var round, var untrusted) -> checkSpool(round, untrusted);
            case Due.CloseRound(var round) -> close(round);
            case Due.CloseAndAggregate(var round, var members) -> commit(claim(now), closed(round, members), members);
            case Due.LeaveOut(var round, var shard) -> leaveOut(now, round, shard);
            case Due.Aggregate(var round, var members) -> commit(claim(now), round, members);
            case Due.Wrap() -> wrap(now);
            case Due.Finish() -> applied(endings.finish(claim(now)));
            case Due.Failing(var failure) -> applied(parts.kernel().failing(id, failure));
            case Due.EndFailed(var failure) -> applied(endings.fail(claim(now), failure));
            case Due.EndCancelled() -> applied(endings.cancel(claim(now)));
        };
    }

    /// Makes the output folders of the slug this job's before it writes the first output.
    private Situation claim(Situation now) {
        if (!now.state().outputsClaimed()) {
            outputs.claim(now.job());
            run.image().apply(RunState::withOutputsClaimed);
        }
        return now;
    }

    private boolean inherit(Situation now) {
        RunSpec.Origin origin = Objects.requireNonNull(now.spec().origin(), "only a run with an origin inherits");
        StoredModel model = parts.store().load(origin.job()).models().get(origin.model());
        if (model == null) {
            return applied(parts.kernel().failing(id, RunFailures.originGone(origin)));
        }
        try {
            FirstModel first = outputs.firstModel(now.job(), now.spec(), model);
            parts.store().inheritFirstModel(epoch, id, first);
        } catch (QuotaExceededException e) {
            return applied(parts.kernel().failing(id, RunFailures.doesNotFit("first weights", e)));
        }
        run.image().apply(state -> state.withModel(model));
        return true;
    }

    private boolean open(Round round) {
        parts.store().openRound(epoch, id, round, Notes.opened(round));
        run.image().apply(state -> state.withRound(round));
        run.changed();
        return true;
    }

    private boolean checkSpool(int round, List<Contribution> untrusted) throws IOException {
        for (Contribution contribution : untrusted) {
            boolean here = contribution.server().equals(parts.config().serverId());
            if (here && parts.spool().isIntact(contribution)) {
                run.memory().trust(contribution);
            } else {
                askAgain(round, contribution);
            }
        }
        return true;
    }

    private void askAgain(int round, Contribution lost) {
        log.info("[{}, round {}, shard {}] the accepted update is lost; asking for it again", id, round, lost.shard());
        parts.store().dropContribution(epoch, id, round, lost);
        run.image().apply(state -> state.withoutContribution(lost.shard()));
        run.changed();
    }

    private boolean close(int number) {
        var at = parts.wall().instant();
        SortedMap<Integer, Contribution> members =
                parts.store().closeRound(epoch, id, number, at, Notes.closed(number, at));
        run.image().apply(state -> {
            Round round = state.round();
            if (round == null || round.number() != number) {
                return state;
            }
            RunState closed = state.withRound(round.close(new TreeSet<>(members.keySet()), at));
            for (Contribution member : members.values()) {
                closed = closed.withContribution(number, member);
            }
            return closed;
        });
        return true;
    }

    private Round closed(Round open, List<Contribution> members) {
        var shards = new TreeSet<Integer>();
        members.forEach(member -> shards.add(member.shard()));
        return open.close(shards, parts.wall().instant());
    }

    private boolean leaveOut(Situation now, int number, int shard) {
        parts.store()
                .removeMember(
                        epoch,
                        id,
                        number,
                        shard,
                        Notes.leftOut(number, List.of(shard), parts.wall().instant()));
        run.image()
                .apply(state -> state.round() == null
                        ? state
                        : state.withRound(state.round().without(shard)));
        log.info(
                "[{}, round {}, shard {}] is a member no longer: {}",
                id,
                number,
                shard,
                now.sittingOut().get(shard));
        return true;
    }

    private boolean commit(Situation now, Round round, List<Contribution> members) throws IOException {
        return switch (run.commits().commit(now, round, members)) {
            case Commits.Result.Committed(var made, var dropped, var next, var isLast) -> {
                run.image().apply(state -> {
                    RunState committed = state.withCommit(made, dropped, next);
                    return isLast ? committed.withLastModel(made.number()) : committed;
                });
                run.memory().follow(next);
                run.changed();
                run.commits().afterCommit(now, round);
                yield true;
            }
            case Commits.Result.Lost(var contribution) -> {
                askAgain(round.number(), contribution);
                yield true;
            }
            case Commits.Result.Failed(var failure) -> applied(parts.kernel().failing(id, failure));
        };
    }

    private boolean wrap(Situation now) throws IOException {
        boolean applied = applied(parts.kernel().finalizing(id));
        if (applied) {
            run.changed();
            endings.prepare(now);
        }
        return applied;
    }

    private boolean applied(Verdict verdict) {
        if (verdict instanceof Verdict.Rejected(var reason)) {
            log.debug("[{}] the kernel rejects: {}", id, reason);
        }
        return verdict.isApplied();
    }
}
