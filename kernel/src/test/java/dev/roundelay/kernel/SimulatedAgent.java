package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerOffer;
import dev.roundelay.kernel.worker.WorkerReport;
import dev.roundelay.kernel.worker.WorkerReport.Held;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// An agent whose syncs may be lost, late or doubled, that may crash, and whose harnesses may fail.
final class SimulatedAgent {
    final WorkerId id;
    final Map<AssignmentId, Held> held = new LinkedHashMap<>();
    private final Random random;
    private int instances;
    WorkerOffer offer;
    boolean up = true;
    private @Nullable WorkerReport late;

    SimulatedAgent(WorkerId id, WorkerOffer offer, Random random) {
        this.id = id;
        this.offer = offer;
        this.random = random;
    }

    void crash() {
        up = false;
        held.clear();
    }

    void restart() {
        up = true;
        held.clear();
        instances++;
    }

    WorkerReport report() {
        return new WorkerReport(id + "#" + instances, offer, offer.memoryMb(), null, List.copyOf(held.values()));
    }

    /// Syncs through a bad network: one time in ten something goes wrong.
    void syncBadly(Kernel kernel) {
        WorkerReport report = report();
        switch (random.nextInt(40)) {
            case 0 -> {}
            case 1 -> kernel.sync(id, report);
            case 2 -> late = report;
            case 3 -> {
                kernel.sync(id, report);
                follow(kernel, kernel.sync(id, report));
            }
            default -> follow(kernel, kernel.sync(id, report));
        }
        WorkerReport delayed = late;
        if (delayed != null && random.nextInt(4) == 0) {
            late = null;
            kernel.sync(id, delayed);
        }
    }

    void syncWell(Kernel kernel) {
        follow(kernel, kernel.sync(id, report()));
    }

    /// Lets one of the harnesses end by itself.
    void failSomething() {
        List<Held> all = List.copyOf(held.values());
        if (all.isEmpty()) {
            return;
        }
        Held one = all.get(random.nextInt(all.size()));
        if (one.state() == AssignmentState.PREPARING || one.state() == AssignmentState.READY) {
            boolean loss = random.nextInt(3) == 0;
            boolean platform = random.nextBoolean();
            Failure failure = platform
                    ? new Failure("environment_failed", "platform", true, "[pip] index away; wait", "wait", null)
                    : new Failure("train_raised", "user", false, "[site] it raised; fix it", "fix it", null);
            held.put(one.id(), in(one, AssignmentState.FAILED, failure, loss));
        }
    }

    private void follow(Kernel kernel, SyncResult result) {
        if (!(result instanceof SyncResult.Current current)) {
            held.clear();
            return;
        }
        held.keySet()
                .retainAll(current.assignments().stream().map(Assignment::id).toList());
        for (Assignment assignment : current.assignments()) {
            Held now = held.get(assignment.id());
            if (now == null) {
                now = new Held(
                        assignment.id(),
                        assignment.fence(),
                        AssignmentState.PREPARING,
                        0,
                        0,
                        "starts",
                        null,
                        null,
                        false,
                        null);
            }
            held.put(assignment.id(), next(kernel, assignment, now));
        }
    }

    private Held next(Kernel kernel, Assignment assignment, Held now) {
        if (now.state() == AssignmentState.FAILED) {
            return now;
        }
        if (assignment.stopping()) {
            return in(now, AssignmentState.STOPPED, null, false);
        }
        if (now.state() == AssignmentState.PREPARING) {
            return random.nextInt(3) == 0 ? in(now, AssignmentState.READY, null, false) : now;
        }
        boolean finish = kernel.view()
                .job(assignment.jobId())
                .filter(job -> job.is(JobPhase.FINALIZING))
                .isPresent();
        return finish && now.state() == AssignmentState.READY ? in(now, AssignmentState.DONE, null, false) : now;
    }

    private static Held in(Held held, AssignmentState state, @Nullable Failure failure, boolean loss) {
        return new Held(
                held.id(),
                held.fence(),
                state,
                held.lastStep(),
                held.lastLog(),
                held.phase(),
                Optional.ofNullable(held.validates()).orElse(true),
                failure,
                loss,
                null);
    }
}
