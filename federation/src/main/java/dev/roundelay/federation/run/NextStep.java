package dev.roundelay.federation.run;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.round.ClosePolicy;
import dev.roundelay.federation.round.ClosePolicy.Verdict;
import dev.roundelay.federation.round.Round;
import dev.roundelay.federation.round.ShardStatus;
import dev.roundelay.kernel.job.Ending;
import dev.roundelay.kernel.job.JobPhase;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/// Decides what a run is to do next. Pure: the same situation always has the same answer, whichever server asks.
final class NextStep {
    private NextStep() {}

    static Due of(Situation now) {
        if (now.job().ending().isPresent()) {
            return atEnding(now, now.job().ending().get());
        }
        JobPhase phase = Objects.requireNonNull(now.job().phase(), "a live job has a phase");
        return switch (phase) {
            case QUEUED, STOPPING -> new Due.Rest(null);
            case PREPARING -> whilePreparing(now);
            case TRAINING, RECOVERING ->
                now.state().round() == null
                        ? betweenRounds(now)
                        : inRound(now, now.state().round());
            case FINALIZING -> whileFinalizing(now);
        };
    }

    private static Due atEnding(Situation now, Ending ending) {
        return switch (ending) {
            case Ending.Failed(var failure) -> new Due.EndFailed(failure);
            case Ending.Cancelled _ -> now.holding().isEmpty() ? new Due.EndCancelled() : new Due.Rest(null);
        };
    }

    private static Due whilePreparing(Situation now) {
        if (now.newest() < 0) {
            return now.spec().origin() == null ? new Due.Rest(null) : new Due.Inherit();
        }
        return now.isAllReady() ? new Due.Start() : new Due.Rest(null);
    }

    private static Due betweenRounds(Situation now) {
        int newest = now.newest();
        if (newest < now.lastModel()) {
            return new Due.OpenRound(newest);
        }
        if (now.isToBeSaved()) {
            return new Due.Rest(null);
        }
        if (!now.isValidated(newest) || now.stillToValidate(newest).isEmpty()) {
            return new Due.Wrap();
        }
        Duration left = now.times().validationBound().minus(now.times().validating());
        return left.isPositive() ? new Due.Rest(left) : new Due.Wrap();
    }

    private static Due inRound(Situation now, Round round) {
        List<Contribution> untrusted = now.untrusted();
        if (!untrusted.isEmpty()) {
            return new Due.CheckSpool(round.number(), untrusted);
        }
        return switch (round.state()) {
            case OPEN -> whileOpen(now, round);
            case CLOSED -> whileClosed(now, round);
            case COMMITTED, ABANDONED ->
                throw new IllegalStateException("round %d is %s and current".formatted(round.number(), round.state()));
        };
    }

    private static Due whileOpen(Situation now, Round round) {
        List<ShardStatus> shards = now.statuses(round.number());
        ClosePolicy policy = now.closePolicy(round.number());
        return switch (policy.decide(shards, now.times().waited(), now.times().open())) {
            case Verdict.Keep(var recheck) -> new Due.Rest(recheck);
            case Verdict.Close() ->
                now.isAnsweredByAll(round.number())
                        ? new Due.CloseAndAggregate(
                                round, List.copyOf(now.state().contributions().values()))
                        : new Due.CloseRound(round.number());
            case Verdict.TimedOut(var answered) ->
                new Due.Failing(RunFailures.roundTimedOut(round.number(), answered, policy));
            case Verdict.TooFew(var answered) ->
                new Due.Failing(now.sittingOut().values().stream()
                        .findFirst()
                        .orElseGet(() -> RunFailures.tooFewSites(round.number(), answered, policy)));
        };
    }

    private static Due whileClosed(Situation now, Round round) {
        for (int shard : round.members()) {
            if (!now.state().contributions().containsKey(shard) && !now.mayAnswer(shard)) {
                return new Due.LeaveOut(round.number(), shard);
            }
        }
        List<Contribution> members = round.members().stream()
                .filter(now.state().contributions()::containsKey)
                .map(shard -> Objects.requireNonNull(now.state().contributions().get(shard)))
                .toList();
        if (members.isEmpty() && round.members().isEmpty()) {
            return new Due.Failing(RunFailures.noMembersLeft(round.number()));
        }
        return members.size() == round.members().size() ? new Due.Aggregate(round, members) : new Due.Rest(null);
    }

    private static Due whileFinalizing(Situation now) {
        if (!now.isAnySiteFinishing()) {
            return new Due.Finish();
        }
        Duration left = now.times().finishBound().minus(now.times().finishing());
        return left.isPositive() ? new Due.Rest(left) : new Due.Finish();
    }
}
