package dev.roundelay.server.compat;

import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.SiteStatus;
import dev.roundelay.kernel.WorkerStatus;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.server.jobs.StoredSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The published client's shapes of jobs and workers.
public final class CompatShapes {
    private final Kernel kernel;
    private final String publicUrl;

    public CompatShapes(Kernel kernel, String publicUrl) {
        this.kernel = kernel;
        this.publicUrl = publicUrl;
    }

    /// `{id, name, status}`.
    Map<String, Object> task(Job job) {
        return Map.of(
                "id",
                job.id().value(),
                "name",
                job.name(),
                "status",
                job.state().name());
    }

    /// `{jobId, jobName, state}`.
    Map<String, Object> listed(Job job) {
        return Map.of(
                "jobId", job.id().value(),
                "jobName", job.name(),
                "state", job.state().name(),
                "createdAt", job.createdAt().toString());
    }

    /// A job with its workers' heartbeats.
    Map<String, Object> job(Job job) {
        Map<String, Object> shape = new LinkedHashMap<>(listed(job));
        shape.put("phase", job.phase() == null ? "" : job.phase().name());
        shape.put("numRounds", rounds(job));
        shape.put("shards", StoredSpec.sites(job, StoredSpec.read(job.spec())));
        shape.put("dashboardUrl", publicUrl + "/dashboard/jobs/" + job.id().value());
        shape.put("errorMessage", job.failure() == null ? "" : job.failure().message());
        shape.put("errorReason", job.failure() == null ? "" : job.failure().reason());
        shape.put(
                "workers",
                kernel.view().sites(job.id()).stream().map(this::site).toList());
        return shape;
    }

    private Map<String, Object> site(SiteStatus site) {
        Optional<WorkerStatus> worker =
                site.assignment().flatMap(assignment -> kernel.view().worker(assignment.workerId()));
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("site", site.site());
        shape.put("workerId", site.assignment().map(a -> a.workerId().value()).orElse(""));
        shape.put("workerName", site.workerName());
        shape.put("status", site.text());
        shape.put(
                "lastHeartbeat",
                worker.map(status -> status.lastSeenAt().toString()).orElse(""));
        return shape;
    }

    int rounds(Job job) {
        return StoredSpec.read(job.spec()).federation().rounds();
    }

    /// `{onlineCount, totalFreeMemoryMb, workers: [{model, free_memory_mb}]}`: that one field is in snake case.
    Map<String, Object> stats(List<WorkerStatus> workers) {
        List<WorkerStatus> online =
                workers.stream().filter(status -> status.worker().takesShards()).toList();
        return Map.of(
                "onlineCount",
                online.size(),
                "totalFreeMemoryMb",
                online.stream().mapToLong(WorkerStatus::freeMemoryMb).sum(),
                "workers",
                online.stream()
                        .map(status -> Map.of(
                                "id", status.worker().id().value(),
                                "name", status.worker().name(),
                                "model", status.worker().offer().model(),
                                "free_memory_mb", status.freeMemoryMb(),
                                "freeSlots", status.freeSlots()))
                        .toList());
    }
}
