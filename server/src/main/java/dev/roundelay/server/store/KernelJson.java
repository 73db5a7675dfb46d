package dev.roundelay.server.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// How the kernel's small values stand in jsonb columns.
final class KernelJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    private KernelJson() {}

    static String of(Selection selection) {
        ObjectNode node = MAPPER.createObjectNode();
        switch (selection) {
            case Selection.Pinned(var workers) ->
                workers.forEach(id -> node.withArray("workers").add(id.value()));
            case Selection.Auto auto -> {
                ObjectNode wants = node.putObject("auto");
                auto.gpuModels().forEach(model -> wants.withArray("gpuModels").add(model));
                auto.maxPricePerGpuHourCents().ifPresent(cents -> wants.put("maxPricePerGpuHourCents", cents));
                wants.put("estimatedMemoryMb", auto.estimatedMemoryMb());
                wants.put("onlyMine", auto.onlyMine());
            }
        }
        return text(node);
    }

    static Selection selection(String json) {
        JsonNode node = tree(json);
        if (node.has("workers")) {
            return new Selection.Pinned(
                    texts(node.path("workers")).stream().map(WorkerId::new).toList());
        }
        JsonNode auto = node.path("auto");
        JsonNode price = auto.path("maxPricePerGpuHourCents");
        return new Selection.Auto(
                texts(auto.path("gpuModels")),
                price.isInt() ? OptionalInt.of(price.asInt()) : OptionalInt.empty(),
                auto.path("estimatedMemoryMb").asLong(),
                auto.path("onlyMine").asBoolean());
    }

    static @Nullable String of(@Nullable Failure failure) {
        if (failure == null) {
            return null;
        }
        ObjectNode node = MAPPER.createObjectNode();
        node.put("reason", storable(failure.reason()));
        node.put("category", storable(failure.category()));
        node.put("retriable", failure.retriable());
        node.put("message", storable(failure.message()));
        node.put("remedy", storable(failure.remedy()));
        if (failure.site() != null) {
            node.put("site", storable(failure.site()));
        }
        return text(node);
    }

    static @Nullable Failure failure(@Nullable String json) {
        if (json == null) {
            return null;
        }
        JsonNode node = tree(json);
        return new Failure(
                node.path("reason").asText(),
                node.path("category").asText(),
                node.path("retriable").asBoolean(),
                node.path("message").asText(),
                node.path("remedy").asText(),
                node.hasNonNull("site") ? node.path("site").asText() : null);
    }

    static String of(Map<String, String> texts) {
        ObjectNode node = MAPPER.createObjectNode();
        texts.forEach((name, value) -> node.put(storable(name), storable(value)));
        return text(node);
    }

    static Map<String, String> map(String json) {
        return MAPPER.convertValue(tree(json), TEXTS);
    }

    /// PostgreSQL's text cannot hold NUL: it is shown as the replacement character.
    static String storable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    private static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts and numbers could not be written", e);
        }
    }

    private static JsonNode tree(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("[kernel store] a row holds no JSON: " + json, e);
        }
    }
}
