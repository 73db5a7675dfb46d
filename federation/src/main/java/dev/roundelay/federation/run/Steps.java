package dev.roundelay.federation.run;

import dev.roundelay.federation.RunStep;
import dev.roundelay.federation.round.Round;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.JobPhase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Says what an assignment is to do now. Pure, and so are the step numbers: a restarted server gives the same step the
/// same number.
final class Steps {
    private static final long PREPARE = 1;
    private static final long READY = 2;
    private static final long INITIALISE = 3;
    private static final long INITIALISED = 4;
    /// Room for the steps of one round: the training of each shard of the assignment, and each time an accepted update
    /// is lost.
    private static final long PER_ROUND = 1_000_000;

    private Steps() {}

    static RunStep of(Situation now, Assignment assignment) {
        if (assignment.stopping() || !assignment.isLive() || !now.job().isGoingOn()) {
            return stop(now);
        }
        if (assignment.state() != AssignmentState.READY) {
            return new RunStep.Prepare(PREPARE);
        }
        JobPhase phase = now.job().phase();
        if (phase == JobPhase.FINALIZING) {
            return new RunStep.Finish(finishNumber(now));
        }
        if (phase == JobPhase.TRAINING || phase == JobPhase.RECOVERING) {
            Round round = now.state().round();
            return round == null ? betweenRounds(now, assignment) : inRound(now, assignment, round);
        }
        return whilePreparing(now, assignment);
    }

    /// Returns the step of an assignment whose run is not read yet.
    static RunStep unknown(Assignment assignment) {
        if (assignment.stopping() || !assignment.isLive()) {
            return new RunStep.Stop(PER_ROUND * Integer.MAX_VALUE);
        }
        return assignment.state() == AssignmentState.READY ? new RunStep.Wait(READY) : new RunStep.Prepare(PREPARE);
    }

    private static RunStep whilePreparing(Situation now, Assignment assignment) {
        if (now.newest() >= 0) {
            return new RunStep.Wait(INITIALISED);
        }
        // The lowest shard that takes part, not the first to be ready: the first weights must not depend on a race.
        boolean first = now.spec().origin() == null && assignment.shard() == now.lowestShard();
        return first ? new RunStep.Initialise(INITIALISE) : new RunStep.Wait(READY);
    }

    private static RunStep inRound(Situation now, Assignment assignment, Round round) {
        Integer shard = now.nextToTrain(assignment.shard(), round.number()).orElse(null);
        long number = roundNumber(round.number()) + 2 * progress(now, assignment.shard());
        if (shard == null) {
            return new RunStep.Wait(number + 1);
        }
        return new RunStep.Train(
                number,
                round.number(),
                shard,
                validates(now, assignment, shard, round.number()),
                asked(now, shard) > 0);
    }

    /// Rises with everything that gives an assignment another step within a round: an update of one of its shards is
    /// accepted, or lost again.
    private static long progress(Situation now, int place) {
        long progress = 0;
        for (int shard : now.spec().places().shardsOf(place)) {
            progress += 2L * asked(now, shard) + (now.state().contributions().containsKey(shard) ? 1 : 0);
        }
        return progress;
    }

    private static RunStep betweenRounds(Situation now, Assignment assignment) {
        int model = now.newest();
        long number = roundNumber(Math.max(0, model));
        if (model < now.lastModel()) {
            return new RunStep.Wait(number - 1);
        }
        List<Integer> shards = now.spec().places().shardsOf(assignment.shard());
        int validated = 0;
        for (int shard : shards) {
            boolean save = now.isToBeSaved() && shard == now.lowestShard();
            if (save || validates(now, assignment, shard, model)) {
                return new RunStep.Validate(number + 2L * validated, model, shard, save);
            }
            validated++;
        }
        return new RunStep.Wait(number + 2L * validated);
    }

    private static boolean validates(Situation now, Assignment assignment, int shard, int model) {
        return Boolean.TRUE.equals(assignment.validates())
                && now.isValidated(model)
                && now.state().validation(model, shard).isEmpty();
    }

    private static int asked(Situation now, int shard) {
        @Nullable Integer asked = now.state().asked().get(shard);
        return asked == null ? 0 : asked;
    }

    private static RunStep stop(Situation now) {
        return new RunStep.Stop(finishNumber(now) + 1);
    }

    private static long finishNumber(Situation now) {
        return roundNumber(now.spec().lastModel() + 1);
    }

    private static long roundNumber(int round) {
        return (round + 1) * PER_ROUND;
    }
}
