package dev.roundelay.server.jobs;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.federation.JobRuns;
import dev.roundelay.federation.ModelFile;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.ByteRanges;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import dev.roundelay.server.store.JobFigures;
import dev.roundelay.tensors.checkpoint.CheckpointWriter;
import dev.roundelay.tensors.inspection.TensorInspection;
import dev.roundelay.tensors.inspection.TensorRow;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A job's kept global models: as files, and as a table of tensors.
public final class JobModelResource implements Routes {
    private static final String PATH = "/api/v1/jobs/{id}/model";

    private final Authenticator authenticator;
    private final JobAccess access;
    private final JobRuns runs;
    private final JobFigures figures;

    public JobModelResource(Authenticator authenticator, JobAccess access, JobRuns runs, JobFigures figures) {
        this.authenticator = authenticator;
        this.access = access;
        this.runs = runs;
        this.figures = figures;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(PATH, this::model);
        routes.get(PATH + "/tensors", this::tensors);
    }

    private void model(Context ctx) throws IOException {
        Job job = access.require(authenticator.require(ctx), ctx.pathParam("id"));
        ModelFile model = runs.model(job.id(), number(ctx, job));
        String format = ctx.queryParam("format");
        ctx.contentType("application/octet-stream");
        ctx.disableCompression();
        if ("safetensors".equals(format)) {
            name(ctx, job, model, "safetensors");
            ByteRanges.send(ctx, model.sizeBytes(), "\"" + model.blob().value() + "\"", (offset, length) -> {
                var in = Files.newInputStream(model.path());
                in.skipNBytes(offset);
                return in;
            });
        } else if (format == null || format.equals("pt")) {
            name(ctx, job, model, "pt");
            if (ctx.req().getMethod().equals("HEAD")) {
                return;
            }
            try (SafetensorsReader reader = SafetensorsReader.open(model.path())) {
                CheckpointWriter.write(ctx.res().getOutputStream(), reader.views());
            }
        } else {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "[format] \"%s\" is not known; use pt or safetensors".formatted(format));
        }
    }

    private static void name(Context ctx, Job job, ModelFile model, String ending) {
        String slug = job.slug().replaceAll("[^A-Za-z0-9_-]", "_");
        ctx.header(
                "Content-Disposition",
                "attachment; filename=\"%s_round_%d.%s\"".formatted(slug, model.number(), ending));
    }

    private void tensors(Context ctx) throws IOException {
        Job job = access.require(authenticator.require(ctx), ctx.pathParam("id"));
        ModelFile model = runs.model(job.id(), number(ctx, job));
        try (SafetensorsReader reader = SafetensorsReader.open(model.path())) {
            List<Map<String, Object>> rows = TensorInspection.rows(reader).stream()
                    .map(JobModelResource::row)
                    .toList();
            Requests.json(ctx, Map.of("items", rows));
        }
    }

    private static Map<String, Object> row(TensorRow tensor) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", tensor.name());
        row.put("dtype", tensor.dtype().toString());
        row.put("shape", tensor.shape().toString());
        row.put("sizeBytes", tensor.bytes());
        // JSON has no word for what is not finite.
        row.put("norm", Double.isFinite(tensor.norm()) ? tensor.norm() : null);
        return row;
    }

    private int number(Context ctx, Job job) {
        return Requests.integer(ctx, "round", figures.committedRounds(job.id()), 0, Integer.MAX_VALUE);
    }
}
