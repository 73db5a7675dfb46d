package dev.roundelay.server.compat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.NvflareCode;
import dev.roundelay.server.jobs.NvflareClasses;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns `config_fed_client.json` and `config_fed_server.json` of a prepared NVFlare workspace into the parts of a
/// [JobSpec]. Class paths are matched against closed lists: nothing that a workspace names is ever loaded.
public final class WorkspaceParser {
    /// Names of the client configuration, in error messages and under the configs folder.
    static final String CLIENT = "config_fed_client.json";

    static final String SERVER = "config_fed_server.json";

    private static final String OWN_EXECUTOR = "custom_client_executor.GenericClientExecutor";
    private static final String OWN_PERSISTOR = "custom_persistor.CustomPersistor";
    private static final Set<String> OWN_ARGS = Set.of(
            "data_root",
            "adapter_module",
            "model_class",
            "model_args",
            "train_fn",
            "validate_fn",
            "local_epochs",
            "batch_size",
            "learning_rate");
    private static final int MAX_CONFIG_BYTES = 1 << 20;

    /// Returns what the two configurations ask for.
    ///
    /// @throws WorkspaceException naming the file and field that is broken or not supported
    public Workspace parse(byte[] clientConfig, byte[] serverConfig) {
        JsonNode client = read(CLIENT, clientConfig);
        JsonNode server = read(SERVER, serverConfig);
        List<String> warnings = new ArrayList<>();

        JsonNode executor = client.path("executors").path(0).path("executor");
        require(executor.isObject(), CLIENT, "executors[0].executor is missing");
        require(client.path("executors").size() == 1, CLIENT, "executors must hold exactly one entry");
        JsonNode args = executor.path("args");
        NvflareCode.Component own = own(CLIENT, "executors[0].executor.path", executor, OWN_EXECUTOR);

        NvflareFilters filters = NvflareFilters.of(client, server);
        JsonNode workflow = workflow(server);
        JsonNode flow = workflow.path("args");
        NvflareStrategy strategy = new NvflareStrategy(workflow.path("path").asText(""), warnings);
        NvflareCode.Component persistor = components(server, flow, strategy, warnings);
        client.path("components").forEach(component -> warnings.add(passedOver(CLIENT, component)));
        String quantization = filters.quantization();

        JobSpec.Federation federation = new JobSpec.Federation(
                integer(flow, "num_rounds", 1, SERVER),
                integer(flow, "min_clients", 1, SERVER),
                number(flow, "wait_time_after_min_received", 10, SERVER),
                strategy.chosen(),
                quantization,
                0L,
                null,
                0,
                "fail",
                null);
        return new Workspace(model(args, filters.code(own, persistor)), training(args), federation, warnings);
    }

    private static JobSpec.Model model(JsonNode args, @Nullable NvflareCode nvflare) {
        String modelClass = text(args, "model_class");
        String trainFn = text(args, "train_fn");
        String validateFn = text(args, "validate_fn");
        return new JobSpec.Model(
                orElse(text(args, "adapter_module"), "model_def"),
                modelClass,
                object(args.path("model_args")),
                orElse(trainFn, modelClass == null ? "fl_train_model" : "fl_train"),
                orElse(validateFn, modelClass == null ? "fl_validate_model" : "fl_validate"),
                nvflare);
    }

    private static JobSpec.Training training(JsonNode args) {
        Map<String, Object> extra = new LinkedHashMap<>();
        object(args).forEach((name, value) -> {
            if (!OWN_ARGS.contains(name)) {
                extra.put(name, value);
            }
        });
        return new JobSpec.Training(
                integer(args, "local_epochs", 1, CLIENT),
                integer(args, "batch_size", 32, CLIENT),
                number(args, "learning_rate", 1e-3, CLIENT),
                extra);
    }

    private static JsonNode workflow(JsonNode server) {
        JsonNode workflows = server.path("workflows");
        require(workflows.isArray() && workflows.size() == 1, SERVER, "workflows must hold exactly one entry");
        JsonNode workflow = workflows.path(0);
        supported(SERVER, "workflows[0].path", workflow.path("path").asText(""), NvflareStrategy.WORKFLOWS);
        return workflow;
    }

    private static NvflareCode.@Nullable Component components(
            JsonNode server, JsonNode flow, NvflareStrategy strategy, List<String> warnings) {
        NvflareCode.Component persistor = null;
        for (JsonNode component : server.path("components")) {
            String id = component.path("id").asText("");
            String where = "components[" + id + "]";
            if (id.equals(flow.path("persistor_id").asText("persistor"))) {
                persistor = own(SERVER, where + ".path", component, OWN_PERSISTOR);
            } else if (id.equals(flow.path("aggregator_id").asText("aggregator"))) {
                strategy.aggregator(where, component);
            } else if (id.equals(flow.path("shareable_generator_id").asText("shareable_generator"))) {
                strategy.generator(where, component);
            } else {
                warnings.add(passedOver(SERVER, component));
            }
        }
        return persistor;
    }

    /// Returns the user's own class, which lies in the module that the client names so; null for the platform's.
    private static NvflareCode.@Nullable Component own(String file, String field, JsonNode component, String platform) {
        String path = component.path("path").asText("");
        if (path.equals(platform)) {
            return null;
        }
        String module = platform.substring(0, platform.indexOf('.') + 1);
        if (!path.startsWith(module) || !NvflareClasses.isOwn(path)) {
            throw unsupported(file, field, path, platform + ", " + module + "<a class of your own>");
        }
        return new NvflareCode.Component(path, object(component.path("args")));
    }

    private static String passedOver(String file, JsonNode component) {
        return "[%s] the component %s (%s) is not run here; training goes on without it"
                .formatted(
                        file,
                        component.path("id").asText("?"),
                        component.path("path").asText("?"));
    }

    /// Class names are compared, since NVFlare moved its classes between versions.
    static void supported(String file, String field, String path, Collection<String> known) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        boolean trusted = path.startsWith("nvflare.") || path.equals(name);
        if (!known.contains(name) || !trusted) {
            throw unsupported(file, field, path, String.join(", ", known));
        }
    }

    static WorkspaceException unsupported(String file, String field, String path, String supported) {
        return new WorkspaceException(
                ErrorCode.UNSUPPORTED_WORKFLOW,
                "[%s, %s] %s is not run here; supported: %s".formatted(file, field, path, supported));
    }

    private static JsonNode read(String file, byte[] bytes) {
        require(bytes.length <= MAX_CONFIG_BYTES, file, "is larger than 1 MiB");
        try {
            JsonNode node = Json.lenient().readTree(new String(bytes, StandardCharsets.UTF_8));
            require(node.isObject(), file, "is no JSON object");
            return node;
        } catch (JsonProcessingException e) {
            throw invalid(file, "is no JSON: " + e.getOriginalMessage());
        }
    }

    private static int integer(JsonNode node, String field, int fallback, String file) {
        JsonNode value = node.path(field);
        require(value.isMissingNode() || value.isNull() || isInteger(value), file, field + " must be a whole number");
        return value.isNumber() ? value.asInt() : fallback;
    }

    private static boolean isInteger(JsonNode value) {
        return value.canConvertToInt() && value.canConvertToExactIntegral();
    }

    private static double number(JsonNode node, String field, double fallback, String file) {
        JsonNode value = node.path(field);
        require(value.isMissingNode() || value.isNull() || value.isNumber(), file, field + " must be a number");
        return value.isNumber() ? value.asDouble() : fallback;
    }

    private static @Nullable String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isTextual() && !value.asText().isEmpty() ? value.asText() : null;
    }

    private static String orElse(@Nullable String value, String fallback) {
        return value == null ? fallback : value;
    }

    @SuppressWarnings("unchecked") // a JSON object always converts to a map of names
    static Map<String, Object> object(JsonNode node) {
        return node.isObject() ? Json.lenient().convertValue(node, LinkedHashMap.class) : Map.of();
    }

    private static void require(boolean condition, String file, String what) {
        if (!condition) {
            throw invalid(file, what);
        }
    }

    private static WorkspaceException invalid(String file, String what) {
        return new WorkspaceException(
                ErrorCode.INVALID_REQUEST, "[%s] %s; make the workspace again with the SDK".formatted(file, what));
    }
}
