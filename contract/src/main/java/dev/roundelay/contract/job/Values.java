package dev.roundelay.contract.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// Values of a specification that a person typed as `name=value`.
public final class Values {
    private Values() {}

    /// Reads `0.9`, `true`, `[1, 2]` as JSON, and everything else as text; the order is kept.
    public static Map<String, Object> of(Map<String, String> texts) {
        Map<String, Object> values = new LinkedHashMap<>();
        texts.forEach((name, text) -> values.put(name, value(text)));
        return values;
    }

    private static Object value(String text) {
        try {
            Object value = Json.lenient().readValue(text, Object.class);
            return value == null ? text : value;
        } catch (JsonProcessingException _) {
            return text;
        }
    }
}
