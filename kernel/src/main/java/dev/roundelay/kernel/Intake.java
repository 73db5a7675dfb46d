package dev.roundelay.kernel;

import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Takes reports with news in. Those that come during a commit go into the next one together: thousands of workers that
/// come back after an outage would wait for as many commits, one after the other. Safe for use by many threads.
final class Intake {
    /// So that one commit stays short.
    private static final int MOST = 500;

    private final Writer writer;
    private final Facts facts;
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();

    Intake(Writer writer, Facts facts) {
        this.writer = writer;
        this.facts = facts;
    }

    /// A report that waits for its commit.
    private static final class Waiting {
        private final WorkerId id;
        private final WorkerReport report;
        /// Whether there still is such an agent; known once the commit is done.
        private final CompletableFuture<Boolean> taken = new CompletableFuture<>();
        /// Set under the writer's lock.
        private volatile boolean chosen;

        Waiting(WorkerId id, WorkerReport report) {
            this.id = id;
            this.report = report;
        }
    }

    /// Takes a report in, and others that wait.
    ///
    /// @return false if there is no such worker any more, or the agent was replaced
    /// @throws KernelException if this server is not the active one or the store does not answer
    boolean take(WorkerId id, WorkerReport report) {
        Waiting own = new Waiting(id, report);
        queue.add(own);
        // INVARIANT: a report is chosen under the writer's lock, so by the time that this thread has had the lock, its
        // report is its own to commit, or was chosen by a thread that is about to say what became of it.
        while (!own.chosen) {
            commit(own);
        }
        try {
            return own.taken.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof KernelException known) {
                throw known;
            }
            // Of several one was impossible: each finds out alone whether it was that one.
            return writer.<Boolean>change(Participant.NONE, draft -> Reports.apply(draft, facts, id, report));
        }
    }

    private void commit(Waiting own) {
        List<Waiting> chosen = new ArrayList<>();
        try {
            List<Boolean> taken = writer.change(Participant.NONE, draft -> apply(draft, chosen));
            for (int i = 0; i < chosen.size(); i++) {
                chosen.get(i).taken.complete(taken.get(i));
            }
        } catch (RuntimeException e) {
            chosen.forEach(waiting -> waiting.taken.completeExceptionally(e));
            // Refused before anything was chosen: nobody else may ever come to this one.
            if (queue.remove(own)) {
                throw e;
            }
        }
    }

    private List<Boolean> apply(Draft draft, List<Waiting> chosen) {
        List<Boolean> taken = new ArrayList<>();
        while (chosen.size() < MOST) {
            Waiting next = queue.poll();
            if (next == null) {
                break;
            }
            chosen.add(next);
            next.chosen = true;
            taken.add(Reports.apply(draft, facts, next.id, next.report));
        }
        return taken;
    }
}
