package dev.roundelay.server.jobs;

import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.kernel.job.Limits;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Says parts of a specification in the kernel's terms.
final class KernelTerms {
    private KernelTerms() {}

    static Selection selection(JobSpec.@Nullable Selection selection) {
        if (selection == null) {
            return Selection.Auto.any();
        }
        List<String> ids = selection.workerIds();
        if (ids != null) {
            return new Selection.Pinned(ids.stream().map(WorkerId::new).toList());
        }
        JobSpec.Auto auto = selection.auto();
        if (auto == null) {
            return Selection.Auto.any();
        }
        Integer price = auto.maxPricePerGpuHourCents();
        return new Selection.Auto(
                auto.gpuModels() == null ? List.of() : auto.gpuModels(),
                price == null ? OptionalInt.empty() : OptionalInt.of(price),
                auto.estimatedMemoryMb() == null ? 0 : auto.estimatedMemoryMb(),
                auto.onlyMine() != null && auto.onlyMine());
    }

    static Limits limits(JobSpec.Limits limits) {
        Double maxDuration = limits.maxDurationSeconds();
        return new Limits(
                seconds(limits.queueTimeoutSeconds()),
                seconds(limits.prepareTimeoutSeconds()),
                seconds(limits.recoveryTimeoutSeconds()),
                maxDuration == null ? Optional.empty() : Optional.of(seconds(maxDuration)),
                limits.maxAttempts());
    }

    static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
