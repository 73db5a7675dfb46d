package dev.roundelay.server.jobs;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.WorkerStatus;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Checks whether the workers that a specification names are there for its owner and are as many as its shards.
final class SelectionCheck {
    private final Kernel kernel;

    SelectionCheck(Kernel kernel) {
        this.kernel = kernel;
    }

    /// Returns what is wrong with the selection.
    ///
    /// @param shards number of shards of the job
    List<SpecCheck.Problem> problems(UserId owner, JobSpec spec, int shards) {
        List<SpecCheck.Problem> problems = new ArrayList<>();
        JobSpec.Selection selection = spec.selection();
        List<String> ids = selection == null ? null : selection.workerIds();
        if (ids == null) {
            return problems;
        }
        for (String id : ids) {
            if (usable(owner).stream().noneMatch(worker -> worker.id().value().equals(id))) {
                problems.add(new SpecCheck.Problem(
                        ErrorCode.UNKNOWN_WORKER,
                        "[selection.workerIds] there is no worker %s for you; GET /api/v1/workers lists them"
                                .formatted(id)));
            }
        }
        int slots = spec.federation().slots(shards);
        if (problems.isEmpty() && ids.size() != slots) {
            problems.add(slots == shards ? countMismatch(shards, ids.size()) : slotMismatch(slots, ids.size()));
        }
        return problems;
    }

    /// Returns the answer of the seed to numbers that do not match.
    static SpecCheck.Problem countMismatch(int shards, int workers) {
        return new SpecCheck.Problem(
                ErrorCode.SHARD_COUNT_MISMATCH,
                "[selection] %d shards and %d workers: exactly N workers are needed for N shards; re-upload shards to match, or use auto_select_workers=True"
                        .formatted(shards, workers));
    }

    private static SpecCheck.Problem slotMismatch(int slots, int workers) {
        return new SpecCheck.Problem(
                ErrorCode.SHARD_COUNT_MISMATCH,
                "[selection] %d workers for the %d slots of federation.simulation; name as many, or leave workerIds out"
                        .formatted(workers, slots));
    }

    /// Returns how many sites a job over a dataset has.
    ///
    /// @throws RefusedException if no worker of the user offers the dataset
    int datasetSites(UserId owner, JobSpec spec) {
        String dataset = Optional.ofNullable(spec.dataset()).orElse("");
        JobSpec.Selection selection = spec.selection();
        List<String> ids = selection == null ? null : selection.workerIds();
        if (ids != null) {
            return ids.size();
        }
        long offering = usable(owner).stream()
                .filter(Worker::takesShards)
                .filter(worker -> worker.offer().datasets().contains(dataset))
                .count();
        if (offering == 0) {
            throw new RefusedException(new SpecCheck.Problem(
                    ErrorCode.INVALID_REQUEST,
                    "[dataset] no online worker of yours offers \"%s\"; start one with --dataset %s=PATH"
                            .formatted(dataset, dataset)));
        }
        return (int) offering;
    }

    /// Returns how many slots are free for a user on workers that match nothing in particular.
    int freeSlots(UserId owner) {
        return kernel.view().workers().stream()
                .filter(status ->
                        status.worker().serves(owner) && status.worker().takesShards())
                .mapToInt(WorkerStatus::freeSlots)
                .sum();
    }

    private List<Worker> usable(UserId owner) {
        return kernel.view().workers().stream()
                .map(WorkerStatus::worker)
                .filter(worker -> worker.serves(owner))
                .toList();
    }
}
