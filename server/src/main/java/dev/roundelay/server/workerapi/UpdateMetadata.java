package dev.roundelay.server.workerapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.Json;
import dev.roundelay.federation.UpdateMeta;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Reads what an update says of itself in the metadata of its safetensors file.
final class UpdateMetadata {
    private static final int MAX_METRICS = 1_000;

    private UpdateMetadata() {}

    /// Returns samples, metrics and seconds. Whether the tensors are right is checked later, against the global model.
    ///
    /// @throws WorkerCallException `invalid_update`
    static UpdateMeta read(Path file) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            Map<String, String> metadata = reader.metadata();
            return new UpdateMeta(
                    Long.parseLong(metadata.getOrDefault("samples", "0")),
                    metrics(metadata.getOrDefault("metrics", "{}")),
                    Double.parseDouble(metadata.getOrDefault("seconds", "0")));
        } catch (TensorFormatException e) {
            throw new WorkerCallException(ErrorCode.INVALID_UPDATE, message(e));
        } catch (NumberFormatException | JsonProcessingException e) {
            throw new WorkerCallException(
                    ErrorCode.INVALID_UPDATE,
                    "[update, metadata] %s; send samples, seconds and metrics as numbers".formatted(message(e)));
        }
    }

    private static Map<String, Double> metrics(String json) throws JsonProcessingException {
        Map<String, Double> metrics = new HashMap<>();
        JsonNode node = Json.lenient().readTree(json);
        node.properties().forEach(entry -> {
            if (entry.getValue().isNumber() && metrics.size() < MAX_METRICS) {
                metrics.put(entry.getKey(), entry.getValue().asDouble());
            }
        });
        return metrics;
    }

    private static String message(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
