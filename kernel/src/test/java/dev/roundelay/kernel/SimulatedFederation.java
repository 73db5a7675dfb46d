package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Ending;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobPhase;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Does with jobs what federation does: starts them, lets steps be accepted, finishes them, writes the outputs of
/// those that end early. What it knows of rounds survives restarts, as rows would.
final class SimulatedFederation {
    private static final int ROUNDS = 5;

    private final Random random;
    private final Map<JobId, Integer> rounds = new HashMap<>();
    private final Map<JobId, Integer> waits = new HashMap<>();

    SimulatedFederation(Random random) {
        this.random = random;
    }

    void step(Kernel kernel) {
        List<Job> jobs = kernel.view().jobs().stream()
                .sorted(Comparator.comparing(Job::id))
                .toList();
        for (Job job : jobs) {
            switch (job.phase()) {
                case QUEUED -> {}
                case PREPARING -> {
                    if (kernel.view().image().isWhole(job)) {
                        kernel.start(job.id());
                    }
                }
                case TRAINING, RECOVERING -> train(kernel, job);
                case FINALIZING -> finish(kernel, job);
                case STOPPING -> end(kernel, job);
                case null -> throw new AssertionError(job + " is in the image and has ended");
            }
        }
    }

    private void train(Kernel kernel, Job job) {
        for (Assignment assignment : kernel.view().image().current(job.id()).values()) {
            if (assignment.isAlive() && assignment.state() == AssignmentState.READY && random.nextInt(3) == 0) {
                kernel.progressed(assignment.id());
            }
        }
        if (job.is(JobPhase.TRAINING) && random.nextInt(10) == 0) {
            rounds.merge(job.id(), 1, Integer::sum);
        }
        if (rounds.getOrDefault(job.id(), 0) >= ROUNDS) {
            kernel.finalizing(job.id());
        }
    }

    private void finish(Kernel kernel, Job job) {
        boolean done = kernel.view().image().live(job.id()).isEmpty();
        if (done || waits.merge(job.id(), 1, Integer::sum) > 30) {
            kernel.finish(job.id(), Participant.NONE);
        }
    }

    private static void end(Kernel kernel, Job job) {
        switch (job.ending().orElseThrow()) {
            case Ending.Failed(var failure) -> kernel.fail(job.id(), failure, Participant.NONE);
            case Ending.Cancelled _ -> kernel.confirmCancelled(job.id(), Participant.NONE);
        }
    }
}
