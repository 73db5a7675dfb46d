package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.worker.Worker;
import java.util.List;

/// All that one decision changes: committed in one transaction or not at all.
///
/// @param newJobs     to insert, with their specification
/// @param jobs        to update
/// @param workers     to insert or update; a removed one leaves the image
/// @param assignments to insert or update
/// @param transitions rows of the timelines
/// @param events      entries of the event streams
public record Changes(
        List<Job> newJobs,
        List<Job> jobs,
        List<Worker> workers,
        List<Assignment> assignments,
        List<JobTransition> transitions,
        List<KernelEvent> events) {
    /// Changes nothing.
    public static final Changes NONE = new Changes(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    public Changes {
        newJobs = List.copyOf(newJobs);
        jobs = List.copyOf(jobs);
        workers = List.copyOf(workers);
        assignments = List.copyOf(assignments);
        transitions = List.copyOf(transitions);
        events = List.copyOf(events);
    }

    /// Returns whether nothing changes.
    public boolean isEmpty() {
        return newJobs.isEmpty()
                && jobs.isEmpty()
                && workers.isEmpty()
                && assignments.isEmpty()
                && transitions.isEmpty()
                && events.isEmpty();
    }
}
