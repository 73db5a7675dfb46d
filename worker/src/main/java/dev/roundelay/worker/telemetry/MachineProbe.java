package dev.roundelay.worker.telemetry;

import dev.roundelay.worker.config.WorkerConfig;
import dev.roundelay.worker.gpu.Gpus;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Finds out what a worker offers.
public final class MachineProbe {
    // What the agent, the system and the page cache keep for themselves.
    private static final double SHARE_OF_MEMORY = 0.9;

    private MachineProbe() {}

    /// Returns the machine as configured: with GPUs of one model a slot each, else slots that share CPU and memory.
    ///
    /// @param versions of Python and its packages; the agent's, Java's and the driver's are added
    public static Machine probe(WorkerConfig config, Sampler sampler, Gpus gpus, Map<String, String> versions) {
        Map<String, String> all = new TreeMap<>(versions);
        all.put("java", Runtime.version().toString());
        all.put("agent", agentVersion());
        if (!gpus.isEmpty()) {
            all.put("driver", gpus.driver());
        }
        boolean cuda = !gpus.isEmpty();
        long memory = config.memoryMb() > 0
                ? config.memoryMb()
                : (long) (sampler.latest().memoryMb() * SHARE_OF_MEMORY);
        return new Machine(
                config.name(),
                cuda ? gpus.mostSlots() : Math.max(1, config.slots()),
                cuda ? "cuda" : "cpu",
                cuda ? gpus.model() : "cpu",
                memory,
                config.labels(),
                List.copyOf(config.datasets().keySet()),
                all);
    }

    private static String agentVersion() {
        String version = MachineProbe.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
