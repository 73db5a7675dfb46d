package dev.roundelay.server.workers;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.worker.GpuCatalogEntry;
import dev.roundelay.contract.worker.Telemetry;
import dev.roundelay.contract.worker.WorkerJob;
import dev.roundelay.contract.worker.WorkerView;
import dev.roundelay.kernel.WorkerStatus;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerState;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Shows workers in the shapes of the API.
public final class WorkerMapper {
    private WorkerMapper() {}

    /// Returns one worker.
    ///
    /// @param jobs that it works on, as far as the reader may know them
    public static WorkerView view(WorkerStatus status, List<WorkerJob> jobs) {
        Worker worker = status.worker();
        return new WorkerView(
                worker.id().value(),
                worker.name(),
                worker.ownerId().value(),
                worker.shared(),
                worker.state().name().toLowerCase(Locale.ROOT),
                worker.offer().slots(),
                status.freeSlots(),
                worker.offer().device(),
                worker.offer().model(),
                worker.offer().memoryMb(),
                status.freeMemoryMb(),
                worker.pricePerGpuHourCents(),
                worker.labels(),
                worker.offer().datasets().stream().sorted().toList(),
                telemetry(status),
                worker.quarantine().orElse(null),
                status.lastSeenAt(),
                jobs);
    }

    private static @Nullable Telemetry telemetry(WorkerStatus status) {
        return status.telemetry()
                .map(json -> {
                    try {
                        return Json.lenient().readValue(json, Telemetry.class);
                    } catch (JsonProcessingException e) {
                        throw new IllegalStateException("telemetry was stored by this server and must be readable", e);
                    }
                })
                .orElse(null);
    }

    /// Returns the GPU models of these workers, by id.
    public static List<GpuCatalogEntry> catalog(List<WorkerStatus> workers) {
        TreeMap<String, GpuCatalogEntry> entries = new TreeMap<>();
        workers.stream()
                .filter(status -> status.worker().state() != WorkerState.OFFLINE)
                .forEach(status -> entries.merge(status.worker().offer().model(), entry(status), WorkerMapper::join));
        return entries.values().stream()
                .sorted(Comparator.comparing(GpuCatalogEntry::id))
                .toList();
    }

    private static GpuCatalogEntry entry(WorkerStatus status) {
        Worker worker = status.worker();
        String model = worker.offer().model();
        return new GpuCatalogEntry(
                model,
                model.equals("cpu") ? "no GPU" : model.replace('_', ' ').toUpperCase(Locale.ROOT),
                worker.offer().slotMemoryMb(),
                worker.pricePerGpuHourCents(),
                worker.offer().slots(),
                worker.takesShards() ? status.freeSlots() : 0);
    }

    private static GpuCatalogEntry join(GpuCatalogEntry a, GpuCatalogEntry b) {
        return new GpuCatalogEntry(
                a.id(),
                a.name(),
                Math.max(a.memoryMb(), b.memoryMb()),
                Math.min(a.minPricePerGpuHourCents(), b.minPricePerGpuHourCents()),
                a.online() + b.online(),
                a.free() + b.free());
    }
}
