package dev.roundelay.worker.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What `nvidia-smi` says of one GPU. A broken one shows `ERR!`, `[N/A]` or `[Unknown Error]` in any column.
///
/// @param index  in the tool's own order, which need not be that of the device nodes
/// @param uuid   as CUDA knows it; `index N` if it is not told
/// @param busId  place on the PCI bus, such as `00000000:3B:00.0`; anything if it is not told
/// @param name   as the driver names it
/// @param driver version of the driver
/// @param mig    whether it is split into smaller devices
record GpuReading(
        int index,
        String uuid,
        String busId,
        String name,
        OptionalLong memoryMb,
        OptionalLong freeMemoryMb,
        OptionalDouble utilizationPercent,
        OptionalDouble temperatureCelsius,
        String driver,
        boolean mig) {
    /// The columns that every driver of the last ten years has, in order.
    static final String COLUMNS =
            "index,uuid,pci.bus_id,name,memory.total,memory.free,utilization.gpu,temperature.gpu,driver_version";
    /// One more, that drivers before version 450 refuse.
    static final String COLUMNS_WITH_MIG = COLUMNS + ",mig.mode.current";

    private static final int COUNT = 9;

    /// Reads a listing in CSV without header and units; a line that is none is passed over.
    static List<GpuReading> parse(List<String> lines) {
        List<GpuReading> readings = new ArrayList<>();
        for (String line : lines) {
            String[] columns = line.strip().split("\\s*,\\s*", -1);
            if ((columns.length == COUNT || columns.length == COUNT + 1) && columns[0].matches("[0-9]{1,4}")) {
                readings.add(of(columns));
            }
        }
        return List.copyOf(readings);
    }

    private static GpuReading of(String[] columns) {
        int index = Integer.parseInt(columns[0]);
        return new GpuReading(
                index,
                columns[1].matches("GPU-[0-9A-Za-z-]{1,80}") ? columns[1] : "index " + index,
                columns[2],
                columns[3],
                whole(columns[4]),
                whole(columns[5]),
                number(columns[6]),
                number(columns[7]),
                columns[8],
                columns.length > COUNT && columns[9].equalsIgnoreCase("Enabled"));
    }

    /// Returns whether the driver tells a name by which CUDA can be shown this GPU alone.
    boolean hasUuid() {
        return uuid.startsWith("GPU-");
    }

    /// Returns the catalogue id of the model.
    String model() {
        return modelId(name);
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

    private static OptionalLong whole(String text) {
        OptionalDouble number = number(text);
        return number.isPresent() ? OptionalLong.of((long) number.getAsDouble()) : OptionalLong.empty();
    }

    private static OptionalDouble number(String text) {
        return text.matches("[0-9]{1,12}(\\.[0-9]+)?")
                ? OptionalDouble.of(Double.parseDouble(text))
                : OptionalDouble.empty();
    }
}
