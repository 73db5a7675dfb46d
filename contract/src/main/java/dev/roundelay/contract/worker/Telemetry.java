package dev.roundelay.contract.worker;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a worker measures of itself, every 2 s.
///
/// @param cpuPercent of all cores, 0 to 100
/// @param isolation  `bubblewrap` or `none`
/// @param trouble    why it takes no new shards, `[where] what; what to do`; null if it does
public record Telemetry(
        Instant time,
        double cpuPercent,
        double loadAverage,
        int cores,
        long memoryMb,
        long freeMemoryMb,
        long diskFreeMb,
        String isolation,
        List<Gpu> gpus,
        @Nullable String trouble) {
    public Telemetry {
        Objects.requireNonNull(time, "time is missing");
        Objects.requireNonNull(isolation, "isolation is missing");
        gpus = List.copyOf(Objects.requireNonNull(gpus, "gpus is missing"));
    }

    /// One GPU. Memory in MiB, 0 where the driver does not tell it; use in percent.
    ///
    /// @param uuid   of the driver; `index N` where it does not tell one
    /// @param usable whether jobs can run on it
    /// @param reason why not, `[GPU] what; what to do`
    public record Gpu(
            String uuid,
            String model,
            long memoryMb,
            long freeMemoryMb,
            @Nullable Double utilizationPercent,
            @Nullable Double temperatureCelsius,
            boolean usable,
            @Nullable String reason) {
        public Gpu {
            Objects.requireNonNull(uuid, "uuid is missing");
            Objects.requireNonNull(model, "model is missing");
        }
    }
}
