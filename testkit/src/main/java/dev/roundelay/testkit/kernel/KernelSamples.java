package dev.roundelay.testkit.kernel;

import dev.roundelay.kernel.Changes;
import dev.roundelay.kernel.KernelEvent;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.assignment.Fence;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.job.Limits;
import dev.roundelay.kernel.job.NewJob;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.NewWorker;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerOffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Jobs, workers and assignments with something in every component.
public final class KernelSamples {
    /// A time with as much precision as every store keeps.
    public static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123456Z");

    private static final Selection.Auto PICKY =
            new Selection.Auto(List.of("rtx_4090", "cpu"), OptionalInt.of(250), 8000, true);

    private KernelSamples() {}

    /// Returns a queued job of this owner.
    public static Job job(String name, String owner, Instant createdAt) {
        return Job.queued(
                new NewJob(
                        new JobId("job_" + name),
                        new UserId(owner),
                        "The " + name,
                        name,
                        3,
                        PICKY,
                        2,
                        true,
                        new Limits(
                                Duration.ofMinutes(1),
                                Duration.ofMinutes(2),
                                Duration.ofMinutes(3),
                                Optional.of(Duration.ofMinutes(4)),
                                5),
                        6,
                        new JobId("job_parent"),
                        Optional.of("hospital"),
                        Optional.of("env-1"),
                        "a Note",
                        List.of("red", "green"),
                        "{\"name\": \"" + name + "\"}"),
                createdAt);
    }

    /// Returns a job that asks for these workers.
    public static Job pinned(String name, WorkerId... workers) {
        return Job.queued(
                new NewJob(
                        new JobId("job_" + name),
                        new UserId("ada"),
                        name,
                        name,
                        workers.length,
                        new Selection.Pinned(List.of(workers)),
                        workers.length,
                        false,
                        Limits.defaults(),
                        0,
                        null,
                        Optional.empty(),
                        Optional.empty(),
                        "",
                        List.of(),
                        "{}"),
                NOON);
    }

    /// Returns a worker that has synced.
    public static Worker worker(String name) {
        WorkerOffer offer = new WorkerOffer(
                2,
                "cuda",
                "rtx_4090",
                48_000,
                Map.of("zone", "a"),
                Set.of("hospital"),
                Map.of("python", "3.13"),
                Set.of(new UserId("ada")),
                Set.of("env-1"));
        return Worker.joined(new NewWorker(new WorkerId("wrk_" + name), name, new UserId("ada"), offer), NOON)
                .seen("instance-1", offer, NOON)
                .seen("instance-2", offer, NOON)
                .failedOnce(1, "a full disk");
    }

    /// Returns an offered assignment.
    public static Assignment assignment(Job job, int shard, int attempt, Worker worker) {
        return Assignment.offered(
                new AssignmentId("asg_" + job.slug() + "_" + shard + "_" + attempt),
                job.id(),
                shard,
                worker.id(),
                attempt,
                1,
                new Fence("fence-" + job.slug() + "-" + shard + "-" + attempt),
                NOON);
    }

    /// Returns a failure with everything told.
    public static Failure failure() {
        return new Failure("train_raised", "user", false, "[site-1] it raised; fix it", "fix it", "site-1");
    }

    /// Returns the row of a timeline that a job's state and phase make.
    public static JobTransition transition(Job job, String reason) {
        return new JobTransition(job.id(), NOON, job.state(), job.state(), job.phase(), reason, "ada");
    }

    /// Returns the changes that insert these.
    public static Changes inserting(List<Job> jobs, List<Worker> workers, List<Assignment> assignments) {
        List<JobTransition> transitions =
                jobs.stream().map(job -> transition(job, "submitted")).toList();
        List<KernelEvent> events = jobs.stream()
                .map(job -> new KernelEvent(
                        job.id(), NOON, "state", Map.of("state", job.state().name())))
                .toList();
        return new Changes(jobs, List.of(), workers, assignments, transitions, events);
    }

    /// Returns the changes that update these.
    public static Changes updating(List<Job> jobs, List<Worker> workers, List<Assignment> assignments) {
        List<JobTransition> transitions =
                jobs.stream().map(job -> transition(job, "updated")).toList();
        return new Changes(List.of(), jobs, workers, assignments, transitions, List.of());
    }
}
