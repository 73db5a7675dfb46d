package dev.roundelay.server.compat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.job.NvflareCode;
import dev.roundelay.server.jobs.NvflareClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The filters of a workspace. Those that quantise are the transfer's business; the others of the client run around
/// training; others of the server would change what all sites get or give, which is not done here.
///
/// @param quantization   the type that the quantisers name; null for none
/// @param dataFilters    of the client, without quantisers
/// @param resultFilters  of the client, without quantisers
record NvflareFilters(
        @Nullable String quantization, List<NvflareCode.Filter> dataFilters, List<NvflareCode.Filter> resultFilters) {
    private static final Set<String> QUANTIZERS = Set.of("ModelQuantizer", "ModelDequantizer");

    /// @throws WorkspaceException `unsupported_workflow` with what is supported
    static NvflareFilters of(JsonNode client, JsonNode server) {
        Reader reader = new Reader();
        List<NvflareCode.Filter> data = reader.read(client, "task_data_filters");
        List<NvflareCode.Filter> result = reader.read(client, "task_result_filters");
        for (String slot : List.of("task_data_filters", "task_result_filters")) {
            for (JsonNode group : server.path(slot)) {
                for (JsonNode filter : group.path("filters")) {
                    String path = filter.path("path").asText("");
                    WorkspaceParser.supported(WorkspaceParser.SERVER, slot + "[].filters[].path", path, QUANTIZERS);
                }
            }
        }
        return new NvflareFilters(reader.quantization, data, result);
    }

    /// Returns what the real `nvflare` runs of a workspace; null for nothing.
    @Nullable
    NvflareCode code(NvflareCode.@Nullable Component executor, NvflareCode.@Nullable Component persistor) {
        boolean none = executor == null && persistor == null && dataFilters.isEmpty() && resultFilters.isEmpty();
        return none ? null : new NvflareCode(executor, persistor, dataFilters, resultFilters);
    }

    private static final class Reader {
        private @Nullable String quantization;

        List<NvflareCode.Filter> read(JsonNode client, String slot) {
            List<NvflareCode.Filter> filters = new ArrayList<>();
            for (JsonNode group : client.path(slot)) {
                List<String> tasks = new ArrayList<>();
                group.path("tasks").forEach(task -> tasks.add(task.asText()));
                for (JsonNode filter : group.path("filters")) {
                    String path = filter.path("path").asText("");
                    if (isQuantizer(path)) {
                        JsonNode type = filter.path("args").path("quantization_type");
                        quantization = type.isTextual() ? type.asText() : quantization;
                    } else if (NvflareClasses.isFilter(path)) {
                        filters.add(new NvflareCode.Filter(path, WorkspaceParser.object(filter.path("args")), tasks));
                    } else {
                        throw WorkspaceParser.unsupported(
                                WorkspaceParser.CLIENT,
                                slot + "[].filters[].path",
                                path,
                                "ModelQuantizer, ModelDequantizer, " + NvflareClasses.filters());
                    }
                }
            }
            return filters;
        }

        private static boolean isQuantizer(String path) {
            String name = path.substring(path.lastIndexOf('.') + 1);
            return QUANTIZERS.contains(name) && (path.startsWith("nvflare.") || path.equals(name));
        }
    }
}
