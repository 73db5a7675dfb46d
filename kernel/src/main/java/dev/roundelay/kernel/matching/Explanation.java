package dev.roundelay.kernel.matching;

import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Says in words why a job has no slots.
public final class Explanation {
    private Explanation() {}

    /// Returns why so many shards of the job cannot be placed now, such as "needs 4 workers with >= 8000 MB, 2 are
    /// free".
    public static String of(Pool pool, Job job, int shards) {
        return switch (job.selection()) {
            case Selection.Auto auto -> any(pool, Requirements.of(job), shards, auto.estimatedMemoryMb());
            case Selection.Pinned(var workers) -> named(pool, Requirements.of(job), workers);
        };
    }

    private static String any(Pool pool, Requirements requirements, int shards, long memoryMb) {
        int free = 0;
        int busy = 0;
        boolean kept = false;
        for (Worker worker : pool.fitting(requirements)) {
            int room = pool.room(worker.id(), memoryMb);
            kept |= pool.isReserved(worker.id());
            free += room;
            busy += worker.offer().slots() - room;
        }
        String needs = "needs " + shards + (shards == 1 ? " worker" : " workers") + requirements.inWords();
        if (kept) {
            return needs + "; an older job that waits for the same workers is served first";
        }
        if (free >= shards) {
            return needs + ", enough are free: about to start";
        }
        return needs + ", " + are(free) + " free" + (busy == 0 ? "" : " and " + are(busy) + " busy");
    }

    private static String are(int count) {
        return count == 0 ? "none is" : count == 1 ? "1 is" : count + " are";
    }

    private static String named(Pool pool, Requirements requirements, List<WorkerId> workers) {
        List<String> waits = new ArrayList<>();
        for (WorkerId id : workers) {
            Optional<Worker> known = pool.known(id);
            String name = known.map(Worker::name).orElse(id.value());
            obstacle(pool, requirements, known).ifPresent(why -> waits.add(name + " (" + why + ")"));
        }
        return waits.isEmpty() ? "all its workers are free: about to start" : "waits for " + String.join(", ", waits);
    }

    private static Optional<String> obstacle(Pool pool, Requirements requirements, Optional<Worker> known) {
        if (known.isEmpty()) {
            return Optional.of("removed");
        }
        Worker worker = known.get();
        if (worker.quarantine().isPresent()) {
            return Optional.of("in quarantine");
        }
        if (!worker.takesShards()) {
            return Optional.of(worker.state().toString());
        }
        if (pool.serving(worker.id()).isEmpty()) {
            return Optional.of("not heard of yet");
        }
        if (!requirements.fit(worker)) {
            return Optional.of(
                    requirements
                                    .dataset()
                                    .filter(name -> !worker.offer().datasets().contains(name))
                                    .isPresent()
                            ? "does not offer the dataset "
                                    + requirements.dataset().get()
                            : "does not serve you");
        }
        if (pool.isReserved(worker.id())) {
            return Optional.of("kept for an older job");
        }
        if (worker.offer().slots() == 0) {
            return Optional.of(
                    worker.offer().device().equals("cuda")
                            ? "has no usable GPU"
                            : "takes no new shards; its page says why");
        }
        return pool.hasRoom(worker.id(), 0) ? Optional.empty() : Optional.of("busy");
    }
}
