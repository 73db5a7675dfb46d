package dev.roundelay.worker.harness;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.FailureReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads answers of a harness; user code may have written any of them.
final class HarnessAnswers {
    private static final Pattern METRIC_NAME = Pattern.compile("[A-Za-z][\\w./-]{0,99}");
    private static final Set<FailureReason> FROM_HARNESS = EnumSet.of(
            FailureReason.GPU_OUT_OF_MEMORY,
            FailureReason.HOST_OUT_OF_MEMORY,
            FailureReason.MODEL_DEF_MISSING,
            FailureReason.MODEL_DEF_BROKEN,
            FailureReason.ENTRYPOINT_MISSING,
            FailureReason.GPU_UNAVAILABLE,
            FailureReason.TRAIN_RAISED,
            FailureReason.VALIDATE_RAISED,
            FailureReason.LIMIT_EXCEEDED,
            FailureReason.NETWORK_BLOCKED,
            FailureReason.INVALID_UPDATE,
            FailureReason.CHECKPOINT_UNREADABLE,
            FailureReason.UNSUPPORTED_WORKFLOW,
            FailureReason.INTERNAL);
    private static final int MAX_METRICS = 1_000;
    private static final long MAX_SAMPLES = 1L << 40;
    private static final int MAX_MESSAGE = 4_000;
    private static final int MAX_DETAIL = 64_000;

    private HarnessAnswers() {}

    static Description description(JsonNode answer) {
        return new Description(
                answer.path("trains").asBoolean(),
                answer.path("validates").asBoolean(),
                strings(answer.path("classes")),
                strings(answer.path("functions")),
                strings(answer.path("versions")));
    }

    static Update update(JsonNode answer, Path file, String where, @Nullable Integer round) throws HarnessException {
        return new Update(file, samples(answer, where, round), metrics(answer.path("metrics")), seconds(answer));
    }

    static Validation validation(JsonNode answer, String where, int round) throws HarnessException {
        return new Validation(metrics(answer.path("metrics")), samples(answer, where, round), seconds(answer));
    }

    /// Returns the report of a step that failed.
    ///
    /// @param device the job's: only a leased GPU can be at fault
    static FailureReport failure(JsonNode error, String where, @Nullable Integer round, String device) {
        FailureReason named = FailureReason.parse(error.path("reason").asText());
        // Whose fault a failure is decides what becomes of job and worker: user code may not put it on the platform.
        FailureReason reason = FROM_HARNESS.contains(named) ? named : FailureReason.HARNESS_CRASHED;
        String message = cut(error.path("message").asText(), MAX_MESSAGE);
        JsonNode detail = error.path("detail");
        return new FailureReport(
                reason,
                message.startsWith("[") ? message : where + message,
                detail.isTextual() ? cutHead(detail.asText(), MAX_DETAIL) : null,
                round,
                // The GPU's fault, says the harness: no fault of the job, whose shard is tried elsewhere.
                reason == FailureReason.GPU_UNAVAILABLE
                        && device.equals("cuda")
                        && error.path("loss").asBoolean());
    }

    static boolean isMetricName(String name) {
        return METRIC_NAME.matcher(name).matches();
    }

    private static Map<String, Double> metrics(JsonNode node) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            double value = entry.getValue().asDouble(Double.NaN);
            if (metrics.size() < MAX_METRICS && Double.isFinite(value) && isMetricName(entry.getKey())) {
                metrics.put(entry.getKey(), value);
            }
        }
        return metrics;
    }

    private static long samples(JsonNode answer, String where, @Nullable Integer round) throws HarnessException {
        JsonNode node = answer.path("samples");
        if (!node.isIntegralNumber()
                || !node.canConvertToLong()
                || node.longValue() < 0
                || node.longValue() > MAX_SAMPLES) {
            throw new HarnessException(new FailureReport(
                    FailureReason.INVALID_UPDATE,
                    where + "samples is " + cut(node.asText(), 100)
                            + "; return the number of samples as an int from 0 to 2^40",
                    null,
                    round,
                    false));
        }
        return node.longValue();
    }

    private static double seconds(JsonNode answer) {
        double seconds = answer.path("seconds").asDouble(0);
        return Double.isFinite(seconds) && seconds >= 0 ? seconds : 0;
    }

    private static List<String> strings(JsonNode node) {
        List<String> strings = new ArrayList<>();
        for (JsonNode item : node) {
            strings.add(cut(item.asText(), 200));
        }
        return strings;
    }

    static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + " …";
    }

    private static String cutHead(String text, int most) {
        return text.length() <= most ? text : "… " + text.substring(text.length() - most);
    }
}
