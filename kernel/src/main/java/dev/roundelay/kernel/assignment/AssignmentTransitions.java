package dev.roundelay.kernel.assignment;

import static dev.roundelay.kernel.assignment.AssignmentState.DONE;
import static dev.roundelay.kernel.assignment.AssignmentState.FAILED;
import static dev.roundelay.kernel.assignment.AssignmentState.LOST;
import static dev.roundelay.kernel.assignment.AssignmentState.OFFERED;
import static dev.roundelay.kernel.assignment.AssignmentState.PREPARING;
import static dev.roundelay.kernel.assignment.AssignmentState.READY;
import static dev.roundelay.kernel.assignment.AssignmentState.STOPPED;

import dev.roundelay.kernel.TransitionTable;
import dev.roundelay.kernel.TransitionTable.Row;
import java.util.List;

/// How an assignment moves.
public final class AssignmentTransitions {
    /// The one table.
    public static final TransitionTable<AssignmentState, AssignmentEvent> TABLE = new TransitionTable<>(
            "assignment",
            List.of(
                    new Row<>(OFFERED, AssignmentEvent.PREPARE, PREPARING, "the worker took it up"),
                    new Row<>(OFFERED, AssignmentEvent.READY, READY, "the user's module is imported"),
                    new Row<>(
                            OFFERED,
                            AssignmentEvent.LOSE,
                            LOST,
                            "lease out, new instance, removed worker, or harness killed from outside"),
                    new Row<>(OFFERED, AssignmentEvent.FAIL, FAILED, "the worker reports a failure"),
                    new Row<>(
                            OFFERED, AssignmentEvent.STOP, STOPPED, "the worker confirms that its processes are gone"),
                    new Row<>(PREPARING, AssignmentEvent.READY, READY, "the user's module is imported"),
                    new Row<>(
                            PREPARING,
                            AssignmentEvent.LOSE,
                            LOST,
                            "lease out, new instance, removed worker, or harness killed from outside"),
                    new Row<>(PREPARING, AssignmentEvent.FAIL, FAILED, "the worker reports a failure"),
                    new Row<>(
                            PREPARING,
                            AssignmentEvent.STOP,
                            STOPPED,
                            "the worker confirms that its processes are gone"),
                    new Row<>(READY, AssignmentEvent.COMPLETE, DONE, "the finish step is done"),
                    new Row<>(
                            READY,
                            AssignmentEvent.LOSE,
                            LOST,
                            "lease out, new instance, removed worker, or harness killed from outside"),
                    new Row<>(READY, AssignmentEvent.FAIL, FAILED, "the worker reports a failure"),
                    new Row<>(
                            READY, AssignmentEvent.STOP, STOPPED, "the worker confirms that its processes are gone")));

    private AssignmentTransitions() {}
}
