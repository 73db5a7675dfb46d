package dev.roundelay.kernel.worker;

import static dev.roundelay.kernel.worker.WorkerState.DRAINING;
import static dev.roundelay.kernel.worker.WorkerState.OFFLINE;
import static dev.roundelay.kernel.worker.WorkerState.ONLINE;
import static dev.roundelay.kernel.worker.WorkerState.REMOVED;

import dev.roundelay.kernel.TransitionTable;
import dev.roundelay.kernel.TransitionTable.Row;
import java.util.List;

/// How a worker moves.
public final class WorkerTransitions {
    /// The one table.
    public static final TransitionTable<WorkerState, WorkerEvent> TABLE = new TransitionTable<>(
            "worker",
            List.of(
                    new Row<>(OFFLINE, WorkerEvent.RETURN, ONLINE, "it syncs"),
                    new Row<>(
                            OFFLINE,
                            WorkerEvent.RETURN_TO_DRAIN,
                            DRAINING,
                            "it syncs, and was drained before it went away"),
                    new Row<>(OFFLINE, WorkerEvent.REMOVE, REMOVED, "somebody removes it"),
                    new Row<>(ONLINE, WorkerEvent.FALL_SILENT, OFFLINE, "no sync for a lease time"),
                    new Row<>(ONLINE, WorkerEvent.DRAIN, DRAINING, "somebody drains it"),
                    new Row<>(ONLINE, WorkerEvent.REMOVE, REMOVED, "it leaves, or somebody removes it"),
                    new Row<>(DRAINING, WorkerEvent.FALL_SILENT, OFFLINE, "no sync for a lease time"),
                    new Row<>(DRAINING, WorkerEvent.UNDRAIN, ONLINE, "somebody ends the draining"),
                    new Row<>(DRAINING, WorkerEvent.REMOVE, REMOVED, "it leaves, or somebody removes it")));

    private WorkerTransitions() {}
}
