package dev.roundelay.kernel.matching;

import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.Worker;
import java.util.List;
import java.util.Optional;

/// What a worker must be to take a shard of a job, whether or not it is there and free. Equal requirements have equal
/// answers.
public record Requirements(
        UserId user, Selection.Auto wants, Optional<String> dataset, Optional<String> environmentKey) {
    /// Returns what the job asks for; a pinned one asks only that its workers serve the user and offer the dataset.
    public static Requirements of(Job job) {
        Selection.Auto wants = switch (job.selection()) {
            case Selection.Auto auto -> auto;
            case Selection.Pinned _ -> Selection.Auto.any();
        };
        return new Requirements(job.ownerId(), wants, job.dataset(), job.environmentKey());
    }

    /// Returns whether the worker is of the right kind.
    public boolean fit(Worker worker) {
        return worker.serves(user)
                && (!wants.onlyMine() || worker.ownerId().equals(user))
                && (wants.gpuModels().isEmpty()
                        || wants.gpuModels().contains(worker.offer().model()))
                && worker.pricePerGpuHourCents()
                        <= wants.maxPricePerGpuHourCents().orElse(Integer.MAX_VALUE)
                && worker.offer().slotMemoryMb() >= wants.estimatedMemoryMb()
                && (dataset.isEmpty() || worker.offer().datasets().contains(dataset.get()));
    }

    /// Returns the memory that a slot must have free.
    long memoryMb() {
        return wants.estimatedMemoryMb();
    }

    /// Returns the place of the worker's model in the order of preference, 0 for the best.
    int modelRank(Worker worker) {
        return wants.gpuModels().isEmpty()
                ? 0
                : wants.gpuModels().indexOf(worker.offer().model());
    }

    /// Returns whether the worker has the job's Python environment ready, as far as is known.
    boolean hasEnvironment(Worker worker) {
        return environmentKey.isPresent() && worker.offer().environmentKeys().contains(environmentKey.get());
    }

    /// Returns the requirements in words that follow "4 workers", such as " with >= 8000 MB".
    public String inWords() {
        StringBuilder words = new StringBuilder();
        if (!wants.gpuModels().isEmpty()) {
            words.append(" of model ").append(String.join(" or ", wants.gpuModels()));
        }
        if (wants.onlyMine()) {
            words.append(" of your own");
        }
        if (wants.estimatedMemoryMb() > 0) {
            words.append(" with >= ").append(wants.estimatedMemoryMb()).append(" MB");
        }
        if (wants.maxPricePerGpuHourCents().isPresent()) {
            words.append(" at <= ")
                    .append(wants.maxPricePerGpuHourCents().getAsInt())
                    .append(" cents per GPU hour");
        }
        dataset.ifPresent(name -> words.append(" that offer the dataset ").append(name));
        return words.toString();
    }

    /// Returns those of the workers that fit.
    List<Worker> among(List<Worker> workers) {
        return workers.stream().filter(this::fit).toList();
    }
}
