package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.worker.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The failures that the kernel itself finds.
final class Failures {
    private Failures() {}

    static Failure queueTimeout(Job job, String explanation) {
        String remedy = "start such workers, ask for less, or raise queueTimeoutSeconds";
        return new Failure(
                "no_eligible_worker",
                "resources",
                false,
                "[job " + job.id() + "] waited " + seconds(job.limits().queueTimeout()) + " in the queue: "
                        + explanation + "; " + remedy,
                remedy,
                null);
    }

    static Failure prepareTimeout(Job job, List<Integer> notReady) {
        String remedy = "look at the log of these sites, or raise prepareTimeoutSeconds";
        return timeLimit(
                job,
                "did not get ready within " + seconds(job.limits().prepareTimeout()) + ": " + sites(notReady)
                        + (notReady.size() == 1 ? " is" : " are") + " not ready",
                remedy,
                notReady.size() == 1 ? Job.site(notReady.getFirst()) : null);
    }

    static Failure maxDuration(Job job, Duration limit) {
        return timeLimit(
                job,
                "ran for more than maxDurationSeconds, " + seconds(limit),
                "raise maxDurationSeconds, or train fewer rounds",
                null);
    }

    /// Returns that the shards were lost for good, with their last workers and when these were last seen.
    static Failure workersLost(KernelImage image, Facts facts, Job job, List<Integer> shards, String why) {
        String lost = shards.stream()
                .map(shard -> Job.site(shard) + lastWorker(image, facts, job, shard))
                .collect(Collectors.joining(", "));
        String remedy = "start more workers that this job may use, and submit it again from its last round";
        return new Failure(
                "workers_lost",
                Failure.PLATFORM,
                true,
                "[job " + job.id() + "] lost " + lost + ": " + why + "; " + remedy,
                remedy,
                shards.size() == 1 ? Job.site(shards.getFirst()) : null);
    }

    static Failure untold(Assignment assignment) {
        return new Failure(
                "internal",
                Failure.PLATFORM,
                false,
                "[" + assignment.site()
                        + "] its worker reported a failure and did not say which; look at the worker's log",
                "look at the worker's log",
                assignment.site());
    }

    private static String lastWorker(KernelImage image, Facts facts, Job job, int shard) {
        Optional<Assignment> last = Optional.ofNullable(image.current(job.id()).get(shard));
        if (last.isEmpty()) {
            return " (never had a worker)";
        }
        Optional<Worker> worker = image.worker(last.get().workerId());
        return worker.map(known -> " (worker " + known.name() + ", last seen " + facts.lastSeen(known) + ")")
                .orElse(" (worker " + last.get().workerId() + ", removed)");
    }

    private static Failure timeLimit(Job job, String what, String remedy, @Nullable String site) {
        return new Failure("time_limit", "user", false, "[job " + job.id() + "] " + what + "; " + remedy, remedy, site);
    }

    private static String sites(List<Integer> shards) {
        return shards.stream().map(Job::site).collect(Collectors.joining(", "));
    }

    private static String seconds(Duration span) {
        return span.toSeconds() + " s";
    }
}
