package dev.roundelay.kernel;

import dev.roundelay.kernel.worker.NewWorker;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerPatch;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The decisions behind the kernel's verbs on workers.
final class WorkerVerbs {
    private WorkerVerbs() {}

    static Registered register(Draft draft, NewWorker wanted) {
        Worker worker = Worker.joined(wanted, draft.now());
        Optional<Worker> holder = namesake(draft, worker);
        if (holder.isPresent()) {
            return new Registered.NameTaken(holder.get());
        }
        draft.put(worker);
        return new Registered.Joined(worker);
    }

    /// Returns what became of it; empty if there is no such worker.
    static Optional<Registered> update(Draft draft, WorkerId id, WorkerPatch patch) {
        return draft.image().worker(id).map(worker -> {
            Worker next = worker.patched(patch);
            Optional<Worker> holder = namesake(draft, next);
            if (holder.isPresent()) {
                return new Registered.NameTaken(holder.get());
            }
            draft.put(next);
            return new Registered.Joined(next);
        });
    }

    static boolean change(Draft draft, WorkerId id, UnaryOperator<Worker> verb) {
        Optional<Worker> worker = draft.image().worker(id);
        worker.ifPresent(known -> draft.put(verb.apply(known)));
        return worker.isPresent();
    }

    static boolean remove(Draft draft, WorkerId id) {
        Optional<Worker> worker = draft.image().worker(id);
        if (worker.isEmpty()) {
            return false;
        }
        draft.image().live(id).forEach(assignment -> Shards.lose(draft, assignment, null));
        draft.put(draft.image().worker(id).orElseThrow().removed());
        return true;
    }

    private static Optional<Worker> namesake(Draft draft, Worker worker) {
        return draft.image().workers().stream()
                .filter(other -> other.name().equals(worker.name())
                        && other.ownerId().equals(worker.ownerId())
                        && !other.id().equals(worker.id()))
                .findFirst();
    }
}
