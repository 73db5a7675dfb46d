package dev.roundelay.federation.run;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.RunState;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.round.ClosePolicy;
import dev.roundelay.federation.round.ShardStatus;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/// Everything on which a run decides, as of one instant. Immutable.
///
/// @param current    the current assignment of each place that ever had one
/// @param holding    assignments of the job that hold slots, earlier attempts included
/// @param sittingOut shards whose site failed in the current round, and why
/// @param trusted    spooled files whose bytes this server has written or checked itself
/// @param times      readings of the clocks
record Situation(
        Job job,
        SortedMap<Integer, Assignment> current,
        List<Assignment> holding,
        RunSpec spec,
        RunState state,
        SortedMap<Integer, Failure> sittingOut,
        Set<String> trusted,
        Times times) {

    /// Readings of the clocks.
    ///
    /// @param waited          how long the round's wait clock has run
    /// @param open            how long the current round has been open
    /// @param validating      how long the last model's validation has been asked for
    /// @param validationBound for how long it is awaited
    /// @param finishing       how long the sites have been asked to finish
    /// @param finishBound     for how long their last log lines are awaited
    record Times(
            Duration waited,
            Duration open,
            Duration validating,
            Duration validationBound,
            Duration finishing,
            Duration finishBound) {}

    /// Returns the shards that a round asks, given up ones included.
    SortedSet<Integer> asked(int round) {
        return spec.sampling().draw(spec.shards(), spec.seed(), round);
    }

    /// Returns the rule by which a round closes: of a sample, or after shards were given up, no more can be asked
    /// for than take part. The kernel gives none up without which there are too few; of places that are shared it
    /// cannot know how many shards go with one.
    ClosePolicy closePolicy(int round) {
        SortedSet<Integer> asked = asked(round);
        int partaking = spec.places().areShared()
                ? asked.size()
                : (int) asked.stream().filter(this::takesPart).count();
        return spec.closePolicy(Math.max(1, partaking));
    }

    /// Returns how each shard stands in the current round.
    List<ShardStatus> statuses(int round) {
        SortedSet<Integer> asked = asked(round);
        var statuses = new ArrayList<ShardStatus>(spec.shards());
        for (int shard = 0; shard < spec.shards(); shard++) {
            statuses.add(status(shard, asked.contains(shard)));
        }
        return statuses;
    }

    /// Tells whether a shard may still send its update of the current round, now or after it is placed again.
    boolean mayAnswer(int shard) {
        return takesPart(shard) && !sittingOut.containsKey(shard);
    }

    /// Returns the shard of a place that was trained or validated last.
    int atWork(int place) {
        return state.round() == null
                ? place
                : nextToTrain(place, state.round().number()).orElse(place);
    }

    /// Tells whether a shard was not given up.
    boolean takesPart(int shard) {
        return job.hasShard(spec.places().of(shard));
    }

    /// Returns the shard that an assignment is to train now: the lowest of its own whose update is wanted.
    Optional<Integer> nextToTrain(int place, int round) {
        SortedSet<Integer> asked = asked(round);
        return spec.places().shardsOf(place).stream()
                .filter(shard -> asked.contains(shard) && state.isWanted(shard) && mayAnswer(shard))
                .findFirst();
    }

    /// Returns the accepted updates whose bytes were not checked by this server.
    List<Contribution> untrusted() {
        return state.contributions().values().stream()
                .filter(contribution -> !trusted.contains(contribution.file()))
                .toList();
    }

    /// Tells whether the answers to a round are those of all shards that it asked, and of no other.
    boolean isAnsweredByAll(int round) {
        return state.contributions().keySet().equals(asked(round));
    }

    /// Tells whether every shard that takes part has a ready worker.
    boolean isAllReady() {
        for (int place = 0; place < spec.places().count(); place++) {
            if (job.hasShard(place) && !isReady(place)) {
                return false;
            }
        }
        return true;
    }

    /// Tells whether a site is to send its last lines and has not said that it is done. One that is not ready has
    /// none to send.
    boolean isAnySiteFinishing() {
        return holding.stream()
                .anyMatch(assignment -> assignment.isAlive() && assignment.state() == AssignmentState.READY);
    }

    /// Returns the ready shards that can validate a model and have not yet.
    SortedSet<Integer> stillToValidate(int model) {
        var shards = new TreeSet<Integer>();
        current.forEach((place, assignment) -> {
            if (isReady(place) && Boolean.TRUE.equals(assignment.validates()) && job.hasShard(place)) {
                spec.places().shardsOf(place).stream()
                        .filter(shard -> state.validation(model, shard).isEmpty())
                        .forEach(shards::add);
            }
        });
        return shards;
    }

    /// Returns the lowest shard that takes part: its site makes the first weights, and saves the last ones.
    int lowestShard() {
        int shard = 0;
        while (!takesPart(shard)) {
            shard++;
        }
        return shard;
    }

    /// Tells whether the job's own persistor has yet to save the newest model. That site's validation comes after it.
    boolean isToBeSaved() {
        return spec.saves()
                && isValidated(newest())
                && state.validation(newest(), lowestShard()).isEmpty();
    }

    /// Tells whether files of that number are what the persistor at a shard's site has saved: no round has the number
    /// of the last model.
    boolean isSavedBy(int shard, int number) {
        return spec.saves()
                && number == newest()
                && number >= lastModel()
                && isValidated(number)
                && shard == lowestShard();
    }

    /// Tells whether a model was made by a round of this job, so that it is validated.
    boolean isValidated(int model) {
        return model > spec.firstModel();
    }

    /// Returns the number of the model with which the run ends.
    int lastModel() {
        Integer early = state.lastModel();
        return early == null ? spec.lastModel() : early;
    }

    /// Returns the number of the newest model; -1 before the first.
    int newest() {
        return state.newest().map(StoredModel::number).orElse(-1);
    }

    private ShardStatus status(int shard, boolean asked) {
        if (state.contributions().containsKey(shard)) {
            return ShardStatus.ANSWERED;
        }
        if (!asked || !mayAnswer(shard)) {
            return ShardStatus.OUT;
        }
        Assignment assignment = current.get(spec.places().of(shard));
        if (assignment == null || !assignment.isAlive()) {
            return ShardStatus.UNPLACED;
        }
        return assignment.state() == AssignmentState.READY ? ShardStatus.WORKING : ShardStatus.PREPARING;
    }

    private boolean isReady(int place) {
        Assignment assignment = current.get(place);
        return assignment != null && assignment.isAlive() && assignment.state() == AssignmentState.READY;
    }
}
