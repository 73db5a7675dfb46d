package dev.roundelay.e2e.product;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A job about to be sent: its files and what differs from the defaults.
///
/// @param model        text of model_def.py
/// @param className    the model's class
/// @param shards       archives, in order
/// @param requirements text of requirements.txt, or null for none
/// @param federation   the part `federation`
/// @param more         further parts of the specification
public record Draft(
        String name,
        String model,
        String className,
        List<byte[]> shards,
        @Nullable String requirements,
        Map<String, Object> federation,
        Map<String, Object> more) {

    public static Draft of(String name, String model, List<byte[]> shards, int rounds) {
        return new Draft(name, model, "Model", shards, null, Map.of("rounds", rounds), Map.of());
    }

    public Draft withRequirements(String text) {
        return new Draft(name, model, className, shards, text, federation, more);
    }

    public Draft with(String part, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(more);
        all.put(part, value);
        return new Draft(name, model, className, shards, requirements, federation, all);
    }

    public Draft withClass(String other) {
        return new Draft(name, model, other, shards, requirements, federation, more);
    }

    public Draft withFederation(Map<String, Object> other) {
        return new Draft(name, model, className, shards, requirements, other, more);
    }

    public String folder() {
        return "jobs/" + name + "/";
    }

    /// Puts its files into the bucket and returns the body of the request that starts it.
    public Map<String, Object> upload(Bucket bucket) {
        bucket.keys(folder() + "shards/").forEach(bucket::delete);
        bucket.put(folder() + "scripts/model_def.py", model);
        for (int i = 0; i < shards.size(); i++) {
            bucket.put(folder() + "shards/part_%d.zip".formatted(i), shards.get(i));
        }
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("name", name);
        spec.put("scripts", folder() + "scripts/");
        spec.put("shards", folder() + "shards/");
        spec.put("model", Map.of("class", className));
        spec.put("federation", federation);
        if (requirements != null) {
            bucket.put(folder() + "requirements/requirements.txt", requirements);
            spec.put("requirements", folder() + "requirements/requirements.txt");
        }
        spec.putAll(more);
        return spec;
    }
}
