package dev.roundelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.server.TestControlPlane.Caller;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

class OpenApiIT {
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete", "head");

    @RegisterExtension
    static final TestControlPlane PLANE = new TestControlPlane();

    @Test
    void every_route_is_documented_and_every_documented_route_is_served() {
        Set<String> served = new TreeSet<>();
        PLANE.plane()
                .endpoints()
                .forEach(endpoint -> served.add(endpoint.replace('<', '{').replace('>', '}')));

        assertThat(served).containsExactlyInAnyOrderElementsOf(documented());
    }

    @Test
    void no_route_is_registered_twice() {
        assertThat(PLANE.plane().endpoints()).doesNotHaveDuplicates();
    }

    @Test
    void answers_have_exactly_the_documented_properties() {
        Caller admin = PLANE.admin();
        String worker = PLANE.join("documented").path("workerId").asText();
        PLANE.upload("jobs/doc/scripts/model_def.py", new byte[] {'1'});
        PLANE.upload("jobs/doc/shards/a.zip", Zips.of("a.txt"));
        JsonNode job =
                PLANE.call(admin, "POST", "/api/v1/jobs", """
                        {"name": "doc", "scripts": "jobs/doc/scripts", "shards": "jobs/doc/shards",
                         "selection": {"workerIds": ["%s"]}}
                        """.formatted(worker)).json();
        conforms(job, "Job");
        String path = "/api/v1/jobs/" + job.path("id").asText();

        conforms(PLANE.get(admin, path).json(), "Job");
        conforms(PLANE.get(admin, path + "/timeline").json().path("items").path(0), "TimelineEntry");
        conforms(PLANE.get(admin, path + "/logs").json(), "LogPage");
        conforms(PLANE.get(admin, "/api/v1/workers/" + worker).json(), "Worker");
        conforms(PLANE.get(admin, "/api/v1/gpu-catalog").json().path("items").path(0), "GpuCatalogEntry");
        JsonNode strategies = PLANE.get(admin, "/api/v1/strategies").json().path("items");
        assertThat(strategies.findValuesAsText("name")).startsWith("fed_avg").contains("fed_adam", "momentum");
        strategies.forEach(strategy -> conforms(strategy, "StrategyEntry"));
        conforms(
                PLANE.call(PLANE.adminSession(), "POST", "/api/v1/worker-tokens", "{}")
                        .json(),
                "WorkerToken");
        conforms(PLANE.get(admin, "/api/v1/jobs/job_none").json(), "Problem");
        conforms(PLANE.get(admin, "/api/users/storage/usage").json(), "Usage");
    }

    /// An object and those below it have the properties that their schema names, and all that it requires.
    private static void conforms(JsonNode value, String name) {
        Map<?, ?> schema = object(
                object(object(contract().get("components")).get("schemas")).get(name));
        check(value, schema, name);
    }

    private static void check(JsonNode value, Map<?, ?> written, String where) {
        Map<?, ?> schema = resolve(written);
        Map<?, ?> properties = object(schema.get("properties"));
        if (value.isArray() && schema.containsKey("items")) {
            value.forEach(item -> check(item, object(schema.get("items")), where + "[]"));
        }
        if (!value.isObject() || properties.isEmpty()) {
            return;
        }
        Set<String> names = new TreeSet<>();
        value.fieldNames().forEachRemaining(names::add);
        assertThat(properties.keySet().stream().map(Object::toString).toList())
                .as("properties of " + where + ", of which the contract must name all")
                .containsAll(names);
        if (schema.get("required") instanceof List<?> required) {
            assertThat(names)
                    .as("properties of " + where + ", with all that the contract requires")
                    .containsAll(required.stream().map(Object::toString).toList());
        }
        names.forEach(name -> check(value.path(name), object(properties.get(name)), where + "." + name));
    }

    /// Follows a reference; of alternatives, the one that is an object.
    private static Map<?, ?> resolve(Map<?, ?> schema) {
        if (schema.get("$ref") instanceof String reference) {
            String name = reference.substring(reference.lastIndexOf('/') + 1);
            return resolve(object(
                    object(object(contract().get("components")).get("schemas")).get(name)));
        }
        for (String combined : List.of("oneOf", "anyOf", "allOf")) {
            if (schema.get(combined) instanceof List<?> alternatives) {
                return alternatives.stream()
                        .map(alternative -> resolve(object(alternative)))
                        .filter(alternative -> alternative.containsKey("properties"))
                        .findFirst()
                        .orElse(Map.of());
            }
        }
        return schema;
    }

    private static Set<String> documented() {
        Set<String> routes = new TreeSet<>();
        object(contract().get("paths"))
                .forEach((path, item) -> object(item).keySet().stream()
                        .map(Object::toString)
                        .filter(METHODS::contains)
                        .forEach(method -> routes.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path)));
        return routes;
    }

    private static Map<?, ?> contract() {
        return object(new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(OpenApiIT.class.getResourceAsStream("/openapi.yaml")));
    }

    private static Map<?, ?> object(@org.jspecify.annotations.Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }
}
