package dev.roundelay.kernel;

import dev.roundelay.kernel.TransitionTable.Row;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which moves of the tables were committed.
final class Exercised {
    private final Map<Object, JobState> jobStates = new HashMap<>();
    private final Map<Object, @Nullable JobPhase> jobPhases = new HashMap<>();
    private final Map<Object, AssignmentState> assignmentStates = new HashMap<>();
    private final Map<Object, WorkerState> workerStates = new HashMap<>();
    private final Set<String> moves = new TreeSet<>();

    void committed(Changes changes) {
        changes.newJobs().forEach(this::job);
        changes.jobs().forEach(this::job);
        for (Assignment assignment : changes.assignments()) {
            moved("assignment", assignmentStates.put(assignment.id(), assignment.state()), assignment.state());
        }
        for (Worker worker : changes.workers()) {
            moved("worker", workerStates.put(worker.id(), worker.state()), worker.state());
        }
    }

    private void job(Job job) {
        moved("job", jobStates.put(job.id(), job.state()), job.state());
        moved("job phase of", jobPhases.put(job.id(), job.phase()), job.phase());
    }

    private void moved(String machine, @Nullable Enum<?> from, @Nullable Enum<?> to) {
        if (from != null && to != null && from != to) {
            moves.add(move(machine, from, to));
        }
    }

    void addAll(Exercised other) {
        moves.addAll(other.moves);
    }

    /// Returns the rows of the table that were never committed, in words.
    <S extends Enum<S>, E extends Enum<E>> List<String> missing(TransitionTable<S, E> table) {
        return table.rows().stream()
                .map((Row<S, E> row) -> move(table.machine(), row.from(), row.to()))
                .filter(move -> !moves.contains(move))
                .toList();
    }

    /// Returns the committed moves that the table does not have, in words.
    <S extends Enum<S>, E extends Enum<E>> List<String> illegal(TransitionTable<S, E> table) {
        Set<String> allowed = new TreeSet<>();
        table.rows().forEach(row -> allowed.add(move(table.machine(), row.from(), row.to())));
        return moves.stream()
                .filter(move -> move.startsWith(table.machine() + ": ") && !allowed.contains(move))
                .toList();
    }

    private static String move(String machine, Enum<?> from, Enum<?> to) {
        return machine + ": " + from.name() + " -> " + to.name();
    }
}
