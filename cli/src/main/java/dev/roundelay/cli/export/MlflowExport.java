package dev.roundelay.cli.export;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Sends a job to MLflow: one run with the settings and global metrics, and below it one for each site.
///
/// The runs are found again by their tags, so a second export goes on with them; a point that is there already stays
/// one, since MLflow keeps a metric's value of one time and step once.
public final class MlflowExport {
    private static final String JOB = "roundelay.job_id";
    private static final String RUN = "roundelay.run";
    private static final int METRICS_AT_ONCE = 900;
    private static final int PARAMETERS_AT_ONCE = 90;
    private static final int LONGEST_PARAMETER = 500;

    private final MlflowServer server;
    private final String experiment;

    public MlflowExport(MlflowServer server, String experiment) {
        this.server = server;
        this.experiment = experiment;
    }

    /// Sends all runs.
    ///
    /// @param runs the global one first
    /// @return the ids of MLflow's runs, in the same order
    public List<String> send(JobView job, List<Run> runs) throws ExportException {
        String experimentId = experimentId();
        List<String> ids = new ArrayList<>();
        for (Run run : runs) {
            String id = runId(experimentId, job, run, ids.isEmpty() ? null : ids.getFirst());
            ids.add(id);
            logCurves(id, run);
            if (run.isGlobal()) {
                logParameters(id, JobSettings.of(job));
            }
            update(id, job, run);
        }
        return List.copyOf(ids);
    }

    private String experimentId() throws ExportException {
        Optional<JsonNode> found = server.get("experiments/get-by-name", "experiment_name", experiment);
        if (found.isPresent()) {
            return found.get().path("experiment").path("experiment_id").asText();
        }
        return server.post("experiments/create", Map.of("name", experiment))
                .path("experiment_id")
                .asText();
    }

    private String runId(String experimentId, JobView job, Run run, @Nullable String parent) throws ExportException {
        String filter = "tags.`" + JOB + "` = '" + job.id() + "' and tags.`" + RUN + "` = '" + run.name() + "'";
        JsonNode found = server.post(
                "runs/search", Map.of("experiment_ids", List.of(experimentId), "filter", filter, "max_results", 1));
        if (!found.path("runs").isEmpty()) {
            return found.path("runs").path(0).path("info").path("run_id").asText();
        }
        Map<String, String> tags = new LinkedHashMap<>(Map.of(JOB, job.id(), RUN, run.name()));
        if (parent != null) {
            tags.put("mlflow.parentRunId", parent);
        }
        Map<String, Object> wish = new LinkedHashMap<>();
        wish.put("experiment_id", experimentId);
        wish.put("run_name", run.isGlobal() ? job.name() : run.name());
        wish.put("start_time", millis(job.startedAt() == null ? job.createdAt() : job.startedAt()));
        wish.put("tags", pairs(tags));
        return server.post("runs/create", wish)
                .path("run")
                .path("info")
                .path("run_id")
                .asText();
    }

    private void logCurves(String id, Run run) throws ExportException {
        List<Map<String, Object>> metrics = new ArrayList<>();
        for (Curve curve : run.curves()) {
            for (Curve.Point point : curve.points()) {
                metrics.add(Map.of(
                        "key", curve.name(),
                        "value", point.value(),
                        "timestamp", millis(point.time()),
                        "step", point.x()));
            }
        }
        for (int from = 0; from < metrics.size(); from += METRICS_AT_ONCE) {
            int to = Math.min(metrics.size(), from + METRICS_AT_ONCE);
            server.post("runs/log-batch", Map.of("run_id", id, "metrics", metrics.subList(from, to)));
        }
    }

    private void logParameters(String id, Map<String, String> settings) throws ExportException {
        List<Map<String, String>> parameters = pairs(settings);
        for (int from = 0; from < parameters.size(); from += PARAMETERS_AT_ONCE) {
            int to = Math.min(parameters.size(), from + PARAMETERS_AT_ONCE);
            server.post("runs/log-batch", Map.of("run_id", id, "params", parameters.subList(from, to)));
        }
    }

    private void update(String id, JobView job, Run run) throws ExportException {
        if (run.isGlobal()) {
            Map<String, String> tags = new HashMap<>(Map.of("roundelay.state", String.valueOf(job.state())));
            tags.put("roundelay.dashboard_url", job.dashboardUrl());
            server.post("runs/log-batch", Map.of("run_id", id, "tags", pairs(tags)));
        }
        Map<String, Object> wish = new LinkedHashMap<>();
        wish.put("run_id", id);
        wish.put("status", status(job.state()));
        if (job.endedAt() != null) {
            wish.put("end_time", millis(job.endedAt()));
        }
        server.post("runs/update", wish);
    }

    private static String status(@Nullable JobState state) {
        return switch (state) {
            case null -> "RUNNING";
            case PENDING -> "SCHEDULED";
            case RUNNING -> "RUNNING";
            case FINISHED -> "FINISHED";
            case FAILED -> "FAILED";
            case CANCELLED -> "KILLED";
        };
    }

    // MLflow takes letters, digits and a few signs in names, and texts of some length.
    private static List<Map<String, String>> pairs(Map<String, String> texts) {
        return texts.entrySet().stream()
                .map(entry -> Map.of(
                        "key",
                        entry.getKey().replaceAll("[^\\p{IsAlphabetic}\\p{IsDigit}_.\\- /]", "_"),
                        "value",
                        shortened(Objects.requireNonNullElse(entry.getValue(), ""))))
                .toList();
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_PARAMETER ? text : text.substring(0, LONGEST_PARAMETER - 3) + "...";
    }

    private static long millis(Instant time) {
        return time.toEpochMilli();
    }
}
