package dev.roundelay.server.metrics;

import dev.roundelay.server.BuildVersion;
import dev.roundelay.server.store.ServerFigures;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/// The meters of one server. What is in the database is read at each scrape, and by the active server alone: several
/// servers of one
/// database would count it several times.
final class Meters {
    private static final double UNKNOWN = Double.NaN;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MultiGauge jobs = MultiGauge.builder("roundelay.jobs")
            .description("Jobs by state and phase")
            .register(registry);
    private final MultiGauge workers = MultiGauge.builder("roundelay.workers")
            .description("Workers by state")
            .register(registry);
    private final MultiGauge server = MultiGauge.builder("roundelay.server")
            .description("1 for this release and what it is to its database: active or standby")
            .register(registry);
    private final BooleanSupplier active;
    private final Supplier<ServerFigures.Figures> figures;
    private volatile double databaseUp;
    private volatile double epoch;
    private volatile double oldestQueued;
    private volatile double stored;

    /// @param diskLow whether new work is refused for want of disk
    /// @param active  whether this server is the active one
    /// @param figures read at each scrape of an active server
    Meters(Path dataDir, BooleanSupplier diskLow, BooleanSupplier active, Supplier<ServerFigures.Figures> figures) {
        this.active = active;
        this.figures = figures;
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        Gauge.builder("roundelay.active", () -> active.getAsBoolean() ? 1 : 0)
                .description("Whether this server is the active one")
                .register(registry);
        Gauge.builder("roundelay.disk.free", () -> freeBytes(dataDir))
                .baseUnit("bytes")
                .description("Free on the disk of the data folder")
                .register(registry);
        gauge(
                "roundelay.disk.low",
                null,
                "Whether new work is refused for want of disk",
                () -> diskLow.getAsBoolean() ? 1 : 0);
        gauge("roundelay.database.up", null, "Whether the database answered this scrape", () -> databaseUp);
        gauge("roundelay.epoch", null, "Of this database's active server", () -> epoch);
        gauge("roundelay.queue.oldest", "seconds", "How long the oldest queued job has waited", () -> oldestQueued);
        gauge("roundelay.storage.used", "bytes", "Held by the buckets of all users", () -> stored);
    }

    private void gauge(String name, @Nullable String unit, String words, Supplier<Number> value) {
        Gauge.builder(name, value).baseUnit(unit).description(words).register(registry);
    }

    /// Reads what there is to read and returns all meters in Prometheus' text form. Where the database does not answer,
    /// its figures
    /// are not a number rather than old.
    synchronized String scrape() {
        boolean serving = active.getAsBoolean();
        server.register(
                List.of(MultiGauge.Row.of(
                        Tags.of("version", BuildVersion.roundelay(), "role", serving ? "active" : "standby"), 1)),
                true);
        if (serving) {
            read();
        } else {
            forget(UNKNOWN);
        }
        return registry.scrape();
    }

    private void read() {
        try {
            ServerFigures.Figures now = figures.get();
            databaseUp = 1;
            epoch = now.epoch();
            oldestQueued = now.oldestQueuedSeconds();
            stored = now.storedBytes();
            jobs.register(
                    now.jobs().stream()
                            .<MultiGauge.Row<?>>map(count -> MultiGauge.Row.of(
                                    Tags.of("state", count.state(), "phase", count.phase()), count.number()))
                            .toList(),
                    true);
            workers.register(
                    now.workers().stream()
                            .<MultiGauge.Row<?>>map(
                                    count -> MultiGauge.Row.of(Tags.of("state", count.state()), count.number()))
                            .toList(),
                    true);
        } catch (JdbiException _) {
            forget(0);
        }
    }

    private void forget(double up) {
        databaseUp = up;
        epoch = UNKNOWN;
        oldestQueued = UNKNOWN;
        stored = UNKNOWN;
        jobs.register(List.of(), true);
        workers.register(List.of(), true);
    }

    private static double freeBytes(Path dataDir) {
        try {
            return Files.getFileStore(dataDir).getUsableSpace();
        } catch (IOException _) {
            return UNKNOWN;
        }
    }
}
