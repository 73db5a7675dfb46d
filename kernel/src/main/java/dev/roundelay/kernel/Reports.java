package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerReport;
import dev.roundelay.kernel.worker.WorkerReport.Held;
import dev.roundelay.kernel.worker.WorkerState;
import java.util.Objects;
import java.util.Optional;

/// What a worker's report changes.
final class Reports {
    private Reports() {}

    /// Returns whether the report comes from an agent that a newer one has replaced.
    static boolean isSuperseded(Worker worker, WorkerReport report) {
        return worker.formerInstances().contains(report.instanceId());
    }

    /// Returns whether the report says anything that is not in the image.
    static boolean hasNews(KernelImage image, Worker worker, WorkerReport report) {
        return !report.instanceId().equals(worker.instanceId())
                || worker.state() == WorkerState.OFFLINE
                || !report.offer().equals(worker.offer())
                || report.held().stream()
                        .anyMatch(held -> find(image, worker.id(), held)
                                .filter(assignment -> isNews(assignment, held))
                                .isPresent())
                || image.live(worker.id()).stream().anyMatch(assignment -> neverTakenUp(assignment, report));
    }

    /// Takes the report in; returns false if there is no such worker any more, or the agent was replaced.
    static boolean apply(Draft draft, Facts facts, WorkerId id, WorkerReport report) {
        Optional<Worker> known = draft.image().worker(id);
        if (known.isEmpty() || isSuperseded(known.get(), report)) {
            return false;
        }
        if (!report.instanceId().equals(known.get().instanceId())) {
            draft.image().live(id).forEach(assignment -> Shards.lose(draft, assignment, null));
        } else {
            draft.image().live(id).stream()
                    .filter(assignment -> neverTakenUp(assignment, report))
                    .forEach(assignment -> draft.put(assignment.stopped(draft.now())));
        }
        Worker worker = draft.image().worker(id).orElseThrow();
        if (!report.instanceId().equals(worker.instanceId())
                || worker.state() == WorkerState.OFFLINE
                || !report.offer().equals(worker.offer())) {
            draft.put(worker.seen(report.instanceId(), report.offer(), draft.now()));
        }
        for (Held held : report.held()) {
            find(draft.image(), id, held)
                    .filter(assignment -> isNews(assignment, held))
                    .ifPresent(assignment -> step(draft, facts, assignment, held));
        }
        return true;
    }

    /// Returns the assignment that the worker means, if it holds its slot and the fence is the right one.
    static Optional<Assignment> find(KernelImage image, WorkerId id, Held held) {
        return image.assignment(held.id())
                .filter(Assignment::isLive)
                .filter(assignment ->
                        assignment.workerId().equals(id) && assignment.fence().equals(held.fence()));
    }

    private static boolean isNews(Assignment assignment, Held held) {
        return switch (held.state()) {
            case OFFERED, LOST -> false;
            case PREPARING -> assignment.state() == AssignmentState.OFFERED;
            case READY -> assignment.state() != AssignmentState.READY;
            case DONE, FAILED, STOPPED -> true;
        };
    }

    /// An offer that was taken back before the worker took it up: its next report does not have it, so it never will.
    private static boolean neverTakenUp(Assignment assignment, WorkerReport report) {
        return assignment.stopping()
                && assignment.state() == AssignmentState.OFFERED
                && report.held().stream().noneMatch(held -> held.id().equals(assignment.id()));
    }

    private static void step(Draft draft, Facts facts, Assignment assignment, Held held) {
        switch (held.state()) {
            case OFFERED, LOST -> {}
            case PREPARING -> draft.put(assignment.prepare());
            case READY -> Shards.ready(draft, assignment, held.validates());
            case DONE -> done(draft, assignment, held);
            case STOPPED -> stopped(draft, assignment);
            case FAILED -> failed(draft, facts, assignment, held);
        }
    }

    private static void done(Draft draft, Assignment assignment, Held held) {
        boolean expected = draft.job(assignment.jobId())
                .filter(job -> job.is(JobPhase.FINALIZING))
                .isPresent();
        if (expected && assignment.isAlive() && assignment.state() == AssignmentState.READY) {
            draft.put(assignment.complete(held.lastLog(), draft.now()));
        } else {
            stopped(draft, assignment);
        }
    }

    private static void stopped(Draft draft, Assignment assignment) {
        if (assignment.stopping()) {
            draft.put(assignment.stopped(draft.now()));
        } else {
            // It ended without having been told to: to its shard that is a loss.
            Shards.lose(draft, assignment, null);
        }
    }

    private static void failed(Draft draft, Facts facts, Assignment assignment, Held held) {
        if (assignment.stopping()) {
            draft.put(assignment.stopped(draft.now()));
        } else if (held.loss()) {
            Shards.lose(draft, assignment, held.failure());
        } else {
            Shards.fail(
                    draft,
                    facts,
                    assignment,
                    Objects.requireNonNullElseGet(held.failure(), () -> Failures.untold(assignment)));
        }
    }
}
