package dev.roundelay.kernel.queue;

import dev.roundelay.kernel.KernelImage;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.matching.Matcher;
import dev.roundelay.kernel.matching.Pool;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.IntStream;

/// Serves the queue: fair between users, gangs whole or not at all. A small job may pass a large one that cannot
/// start; but one that was passed too often, and could start if its workers were free, is served before all others,
/// and its workers are kept for it.
public final class QueuePlanner {
    /// Overtaking is counted for the oldest waiting jobs only, so that a pass stays cheap.
    private static final int WATCHED = 64;

    private final KernelImage image;
    private final Pool pool;
    private final Map<JobId, Integer> passedBy;
    private final int maxOvertakes;
    private final List<QueuePlan.Start> starts = new ArrayList<>();

    private QueuePlanner(KernelImage image, Pool pool, Map<JobId, Integer> passedBy, int maxOvertakes) {
        this.image = image;
        this.pool = pool;
        this.passedBy = new HashMap<>(passedBy);
        this.maxOvertakes = maxOvertakes;
    }

    /// Returns the plan of one pass.
    ///
    /// @param passedBy     how often each waiting job was overtaken before
    /// @param maxOvertakes how often a job may be
    public static QueuePlan plan(KernelImage image, Pool pool, Map<JobId, Integer> passedBy, int maxOvertakes) {
        return new QueuePlanner(image, pool, passedBy, maxOvertakes).plan();
    }

    /// Returns the shards that take part, ascending.
    public static List<Integer> shards(Job job) {
        return IntStream.range(0, job.shards()).filter(job::hasShard).boxed().toList();
    }

    private QueuePlan plan() {
        List<Job> waiting = QueueOrder.waiting(image);
        Set<JobId> left = new HashSet<>();
        waiting.forEach(job -> left.add(job.id()));
        passedBy.keySet().retainAll(left);
        waiting.stream()
                .filter(this::isStarved)
                .sorted(Comparator.comparing(Job::createdAt).thenComparing(Job::id))
                .forEach(job -> {
                    if (!tryStart(job)) {
                        pool.reserve(Matcher.usable(pool, job));
                    }
                });
        serveInOrder(waiting);
        starts.forEach(start -> passedBy.remove(start.job().id()));
        countOvertaken(waiting);
        return new QueuePlan(starts, passedBy);
    }

    private void serveInOrder(List<Job> waiting) {
        QueueOrder order = QueueOrder.of(
                image, waiting.stream().filter(job -> !isStarved(job)).toList());
        starts.forEach(start -> order.started(start.job()));
        for (Optional<Job> next = order.next(); next.isPresent() && !pool.isEmpty(); next = order.next()) {
            if (tryStart(next.get())) {
                order.started(next.get());
            }
        }
    }

    private boolean tryStart(Job job) {
        // INVARIANT: one live lease per shard. A job that was queued again waits until its former workers have let go.
        if (!image.live(job.id()).isEmpty()) {
            return false;
        }
        Optional<SortedMap<Integer, WorkerId>> found = Matcher.gang(pool, job, shards(job));
        found.ifPresent(workers -> starts.add(new QueuePlan.Start(job, workers)));
        return found.isPresent();
    }

    private boolean isStarved(Job job) {
        return passedBy.getOrDefault(job.id(), 0) >= maxOvertakes && couldStart(job);
    }

    private boolean couldStart(Job job) {
        int slots = Matcher.usable(pool, job).stream()
                .flatMap(id -> pool.serving(id).stream())
                .map(Worker::offer)
                .mapToInt(offer -> offer.slots())
                .sum();
        return slots >= shards(job).size();
    }

    private void countOvertaken(List<Job> waiting) {
        if (starts.isEmpty()) {
            return;
        }
        Set<JobId> started = new HashSet<>();
        starts.forEach(start -> started.add(start.job().id()));
        waiting.stream()
                .filter(job -> !started.contains(job.id()))
                .sorted(Comparator.comparing(Job::createdAt).thenComparing(Job::id))
                .limit(WATCHED)
                .filter(this::couldStart)
                .forEach(this::countOvertaken);
    }

    private void countOvertaken(Job waiting) {
        Set<WorkerId> usable = new HashSet<>(Matcher.usable(pool, waiting));
        int passes = (int) starts.stream()
                .filter(start -> start.job().createdAt().isAfter(waiting.createdAt()))
                .filter(start -> start.workers().values().stream().anyMatch(usable::contains))
                .count();
        if (passes > 0) {
            passedBy.merge(waiting.id(), passes, Integer::sum);
        }
    }
}
