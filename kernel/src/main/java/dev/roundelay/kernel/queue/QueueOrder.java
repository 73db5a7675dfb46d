package dev.roundelay.kernel.queue;

import dev.roundelay.kernel.KernelImage;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.UserId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/// Fair between users: whoever holds the fewest slots is next, with the job of the highest priority, then the oldest.
/// For one thread and one pass.
public final class QueueOrder {
    /// Priority, then age, then id.
    public static final Comparator<Job> WITHIN_A_USER = Comparator.comparingInt(Job::priority)
            .reversed()
            .thenComparing(Job::createdAt)
            .thenComparing(Job::id);

    private final Map<UserId, Integer> running = new HashMap<>();
    private final PriorityQueue<Turn> turns = new PriorityQueue<>(Comparator.comparingInt(Turn::held)
            .thenComparing(turn -> turn.jobs().getFirst().createdAt())
            .thenComparing(turn -> turn.jobs().getFirst().id()));

    /// A user's waiting jobs, with the slots held at the time of queueing.
    private record Turn(UserId user, int held, Deque<Job> jobs) {}

    private QueueOrder() {}

    /// Returns the order over these waiting jobs.
    public static QueueOrder of(KernelImage image, List<Job> waiting) {
        QueueOrder order = new QueueOrder();
        for (Assignment assignment : image.assignments()) {
            if (assignment.isLive()) {
                image.job(assignment.jobId()).ifPresent(job -> order.running.merge(job.ownerId(), 1, Integer::sum));
            }
        }
        Map<UserId, List<Job>> byUser = new HashMap<>();
        waiting.forEach(job ->
                byUser.computeIfAbsent(job.ownerId(), user -> new ArrayList<>()).add(job));
        byUser.forEach((user, jobs) -> {
            jobs.sort(WITHIN_A_USER);
            order.queue(user, new ArrayDeque<>(jobs));
        });
        return order;
    }

    /// Returns the jobs of the image that wait for slots.
    public static List<Job> waiting(KernelImage image) {
        return image.jobs().stream().filter(job -> job.is(JobPhase.QUEUED)).toList();
    }

    /// Returns the place of each waiting job, from 1, as if each got its slots in turn.
    public static List<Job> places(KernelImage image) {
        QueueOrder order = of(image, waiting(image));
        List<Job> places = new ArrayList<>();
        for (Optional<Job> next = order.next(); next.isPresent(); next = order.next()) {
            places.add(next.get());
            order.started(next.get());
        }
        return places;
    }

    /// Takes the next job out of the order; empty if there is none left.
    public Optional<Job> next() {
        Turn turn = turns.poll();
        if (turn == null) {
            return Optional.empty();
        }
        Job job = turn.jobs().removeFirst();
        queue(turn.user(), turn.jobs());
        return Optional.of(job);
    }

    /// Says that a job got its slots, so that its user's next one waits longer.
    public void started(Job job) {
        running.merge(job.ownerId(), job.shards() - job.dropped().size(), Integer::sum);
        Optional<Turn> stale =
                turns.stream().filter(turn -> turn.user().equals(job.ownerId())).findFirst();
        stale.ifPresent(turn -> {
            turns.remove(turn);
            queue(turn.user(), turn.jobs());
        });
    }

    private void queue(UserId user, Deque<Job> jobs) {
        if (!jobs.isEmpty()) {
            turns.add(new Turn(user, running.getOrDefault(user, 0), jobs));
        }
    }
}
