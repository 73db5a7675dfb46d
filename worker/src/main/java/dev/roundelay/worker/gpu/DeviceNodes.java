package dev.roundelay.worker.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds the device nodes that one GPU needs, and no other's.
final class DeviceNodes {
    private static final Pattern MINOR = Pattern.compile("(?m)^Device Minor:\\s*([0-9]{1,4})\\s*$");
    private static final Pattern BUS_ID = Pattern.compile("([0-9a-f]{4,8}):([0-9a-f]{2}:[0-9a-f]{2}\\.[0-9a-f])");
    private static final List<String> NEEDED = List.of("nvidiactl", "nvidia-uvm");
    private static final List<String> USEFUL = List.of("nvidia-uvm-tools");

    private final Path dev;
    private final Path proc;

    DeviceNodes(Path dev, Path proc) {
        this.dev = dev;
        this.proc = proc;
    }

    /// Returns the nodes that a sandbox is given: of the GPU itself and of the driver, as far as they are there.
    List<String> of(GpuReading gpu) {
        List<String> names = new ArrayList<>(List.of("nvidia" + minor(gpu)));
        names.addAll(NEEDED);
        names.addAll(USEFUL);
        return names.stream()
                .map(dev::resolve)
                .filter(Files::exists)
                .map(Path::toString)
                .toList();
    }

    /// Returns the first node without which CUDA cannot work and that is not there.
    Optional<Path> missing(GpuReading gpu) {
        List<String> names = new ArrayList<>(List.of("nvidia" + minor(gpu)));
        names.addAll(NEEDED);
        return names.stream()
                .map(dev::resolve)
                .filter(node -> !Files.exists(node))
                .findFirst();
    }

    // In a container that was given some of a machine's GPUs, index 0 may be /dev/nvidia3: the driver knows.
    private int minor(GpuReading gpu) {
        Matcher bus = BUS_ID.matcher(gpu.busId().toLowerCase(Locale.ROOT));
        if (!bus.matches()) {
            return gpu.index();
        }
        String domain = String.format(Locale.ROOT, "%04x", Long.parseLong(bus.group(1), 16));
        Path information = proc.resolve("driver/nvidia/gpus")
                .resolve(domain + ":" + bus.group(2))
                .resolve("information");
        try {
            Matcher minor = MINOR.matcher(Files.readString(information));
            return minor.find() ? Integer.parseInt(minor.group(1)) : gpu.index();
        } catch (IOException _) {
            return gpu.index();
        }
    }
}
