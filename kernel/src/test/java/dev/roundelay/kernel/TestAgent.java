package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.assignment.Fence;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerOffer;
import dev.roundelay.kernel.worker.WorkerReport;
import dev.roundelay.kernel.worker.WorkerReport.Held;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An agent that takes up what it is offered, one step a sync, and stops what it is told to stop.
final class TestAgent {
    private static final Failure RAISED =
            new Failure("train_raised", "user", false, "[site] ValueError; fix fl_train", "fix fl_train", null);
    private static final Failure BAD_GPU =
            new Failure("gpu_unavailable", "platform", true, "[site] CUDA error: uncorrectable ECC; ask", "ask", null);
    private static final Failure NO_INDEX =
            new Failure("environment_failed", "platform", true, "[pip] index away; wait", "wait", null);

    private final KernelFixture fixture;
    final WorkerId id;
    final Map<AssignmentId, Held> held = new LinkedHashMap<>();
    WorkerOffer offer;
    String instance = "i1";
    boolean up = true;
    boolean prepares = true;
    long freeMemoryMb = 1_000_000;
    Optional<List<Long>> slotFreeMemoryMb = Optional.empty();

    TestAgent(KernelFixture fixture, WorkerId id, WorkerOffer offer) {
        this.fixture = fixture;
        this.id = id;
        this.offer = offer;
    }

    WorkerReport report() {
        return new WorkerReport(instance, offer, freeMemoryMb, slotFreeMemoryMb, null, List.copyOf(held.values()));
    }

    SyncResult sync() {
        SyncResult result = fixture.kernel.sync(id, report());
        switch (result) {
            case SyncResult.Current current -> follow(current.assignments());
            case SyncResult.Superseded _, SyncResult.Unknown _ -> held.clear();
        }
        return result;
    }

    void crash() {
        up = false;
        held.clear();
    }

    void restart() {
        up = true;
        held.clear();
        instance = instance + "+";
        sync();
    }

    void say(Assignment assignment, AssignmentState state) {
        held.put(assignment.id(), held(assignment.id(), assignment.fence(), state, null, false));
    }

    void raise(Assignment assignment) {
        held.put(assignment.id(), held(assignment.id(), assignment.fence(), AssignmentState.FAILED, RAISED, false));
        sync();
    }

    void failPlatform(Assignment assignment) {
        held.put(assignment.id(), held(assignment.id(), assignment.fence(), AssignmentState.FAILED, NO_INDEX, false));
        sync();
    }

    void loseGpu(Assignment assignment) {
        held.put(assignment.id(), held(assignment.id(), assignment.fence(), AssignmentState.FAILED, BAD_GPU, true));
        sync();
    }

    void loseHarness(Assignment assignment) {
        held.put(assignment.id(), held(assignment.id(), assignment.fence(), AssignmentState.FAILED, null, true));
        sync();
    }

    private void follow(List<Assignment> assignments) {
        held.keySet().retainAll(assignments.stream().map(Assignment::id).toList());
        for (Assignment assignment : assignments) {
            Held now = held.get(assignment.id());
            if (assignment.stopping()) {
                say(assignment, AssignmentState.STOPPED);
            } else if (now == null) {
                say(assignment, AssignmentState.PREPARING);
            } else if (now.state() == AssignmentState.PREPARING && prepares) {
                say(assignment, AssignmentState.READY);
            }
        }
    }

    private static Held held(
            AssignmentId id, Fence fence, AssignmentState state, @Nullable Failure failure, boolean loss) {
        return new Held(id, fence, state, 0, 0, "phase " + state, true, failure, loss, null);
    }
}
