package dev.roundelay.worker.telemetry;

import dev.roundelay.contract.worker.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// Reads what `nvidia-smi` prints for [#QUERY].
final class Gpus {
    /// The columns, in order.
    static final String QUERY =
            "index,uuid,name,memory.total,memory.free,utilization.gpu,temperature.gpu,driver_version";

    private static final int COLUMNS = 8;

    private Gpus() {}

    /// Returns the GPUs of a listing in CSV without header and units; a line that is none is passed over.
    static List<Gpu> parse(List<String> lines) {
        List<Gpu> gpus = new ArrayList<>();
        for (String line : lines) {
            String[] columns = line.split(", *", -1);
            if (columns.length == COLUMNS && columns[0].strip().matches("[0-9]{1,4}")) {
                gpus.add(gpu(columns));
            }
        }
        return gpus;
    }

    private static Gpu gpu(String[] columns) {
        return new Gpu(
                Integer.parseInt(columns[0].strip()),
                new Telemetry.Gpu(
                        columns[1].strip(),
                        modelId(columns[2]),
                        (long) number(columns[3]).orElse(0),
                        (long) number(columns[4]).orElse(0),
                        orNull(number(columns[5])),
                        orNull(number(columns[6]))),
                columns[2].strip(),
                columns[7].strip());
    }

    /// Returns the catalogue id of a model: lower snake case without the maker's name, such as `rtx_4090`.
    static String modelId(String name) {
        return name.strip()
                .toLowerCase(Locale.ROOT)
                .replaceFirst("^nvidia\\s+", "")
                .replaceFirst("^geforce\\s+", "")
                .replaceAll("[^a-z0-9]+", "_")
                .replaceAll("^_+|_+$", "");
    }

    private static OptionalDouble number(String text) {
        try {
            return OptionalDouble.of(Double.parseDouble(text.strip()));
        } catch (NumberFormatException _) {
            return OptionalDouble.empty(); // "[N/A]" on some models
        }
    }

    private static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }

    /// One GPU.
    ///
    /// @param index  of its device node `/dev/nvidia<index>`
    /// @param name   as the driver names it
    /// @param driver version of the driver
    record Gpu(int index, Telemetry.Gpu now, String name, String driver) {}
}
