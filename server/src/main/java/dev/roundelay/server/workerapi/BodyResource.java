package dev.roundelay.server.workerapi;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.worker.WorkerHeaders;
import dev.roundelay.federation.Acceptance;
import dev.roundelay.federation.Holder;
import dev.roundelay.federation.JobRuns;
import dev.roundelay.federation.ReceivedBody;
import dev.roundelay.federation.UpdateMeta;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.server.http.Routes;
import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobStore;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.regex.Pattern;

/// What workers send as bytes: first models, updates, files of a round.
final class BodyResource implements Routes {
    private static final long MAX_MODEL_BYTES = 64L << 30;
    private static final long MAX_FILE_BYTES = 10L << 30;
    private static final Pattern CRC = Pattern.compile("[0-9a-f]{8}");

    private final WorkerAuth auth;
    private final Kernel kernel;
    private final JobRuns runs;
    private final BlobStore blobs;
    private final BodySpool spool;

    BodyResource(WorkerAuth auth, Kernel kernel, JobRuns runs, BlobStore blobs, BodySpool spool) {
        this.auth = auth;
        this.kernel = kernel;
        this.runs = runs;
        this.blobs = blobs;
        this.spool = spool;
    }

    @Override
    public void register(RoutesConfig routes) {
        String path = AssignmentResource.PATH;
        routes.put(path + "/models/0", this::firstModel);
        routes.head(path + "/models/0", ctx -> held(ctx, "model-0"));
        routes.put(path + "/updates/{k}", this::update);
        routes.head(path + "/updates/{k}", ctx -> held(ctx, updatePurpose(ctx)));
        routes.put(path + "/files/{k}/<path>", this::file);
        routes.head(path + "/files/{k}/<path>", ctx -> held(ctx, filePurpose(ctx)));
    }

    private void held(Context ctx, String purpose) throws IOException {
        Assignment assignment = AssignmentResource.require(auth, kernel, ctx);
        long held = spool.held(new BodySpool.Body(assignment.id(), purpose, crc(ctx)));
        ctx.status(200).header("X-Roundelay-Held", Long.toString(held));
    }

    private void firstModel(Context ctx) throws IOException {
        Assignment assignment = AssignmentResource.require(auth, kernel, ctx);
        Path file = receive(ctx, assignment, "model-0", MAX_MODEL_BYTES);
        Path target = moved(file, runs.newFirstModelFile());
        Outcomes.answer(ctx, runs.acceptFirstModel(AssignmentResource.holder(ctx, assignment), body(target, crc(ctx))));
    }

    private void update(Context ctx) throws IOException {
        Assignment assignment = AssignmentResource.require(auth, kernel, ctx);
        Holder from = AssignmentResource.holder(ctx, assignment);
        int round = AssignmentResource.number(ctx);
        // Told before the body is read: the agent waits for 100 Continue, which reading it would send.
        Optional<Acceptance> refusal = runs.refusal(from, round);
        if (refusal.isPresent()) {
            Outcomes.answer(ctx, refusal.get());
            return;
        }
        Path file = receive(ctx, assignment, updatePurpose(ctx), MAX_MODEL_BYTES);
        UpdateMeta meta;
        try {
            meta = UpdateMetadata.read(file);
        } catch (WorkerCallException e) {
            // The federation says the same of the tensors, and fails the job with it: let it see the file.
            meta = new UpdateMeta(0, java.util.Map.of(), 0);
        }
        Path target = moved(file, runs.newUpdateFile(assignment, round));
        Outcomes.answer(ctx, runs.acceptUpdate(from, round, body(target, crc(ctx)), meta));
    }

    private void file(Context ctx) throws IOException {
        Assignment assignment = AssignmentResource.require(auth, kernel, ctx);
        Path file = receive(ctx, assignment, filePurpose(ctx), MAX_FILE_BYTES);
        Blob blob = blobs.adopt(moved(file, blobs.newFile()));
        try {
            Outcomes.answer(
                    ctx,
                    runs.stageFile(
                            AssignmentResource.holder(ctx, assignment),
                            AssignmentResource.number(ctx),
                            ctx.pathParam("path"),
                            blob));
        } catch (IllegalArgumentException e) {
            throw new WorkerCallException(
                    ErrorCode.INVALID_KEY,
                    "[path] \"%s\" is no relative, normalised path; rename the file".formatted(ctx.pathParam("path")));
        }
    }

    private static String updatePurpose(Context ctx) {
        return "update-" + AssignmentResource.number(ctx) + ofShard(ctx);
    }

    private static String filePurpose(Context ctx) {
        return "file-" + AssignmentResource.number(ctx) + ofShard(ctx) + "-" + ctx.pathParam("path");
    }

    private static String ofShard(Context ctx) {
        String shard = ctx.header(WorkerHeaders.SHARD);
        return shard == null ? "" : "@" + shard;
    }

    private Path receive(Context ctx, Assignment assignment, String purpose, long maxBytes) throws IOException {
        BodySpool.Body body = new BodySpool.Body(assignment.id(), purpose, crc(ctx));
        String link = ctx.header(WorkerHeaders.LINK);
        if (link != null) {
            return spool.takeLinked(body, assignment.workerId().value(), link);
        }
        long length = ctx.req().getContentLengthLong();
        if (length < 0) {
            throw new WorkerCallException(ErrorCode.INVALID_REQUEST, "[Content-Length] is missing; send it");
        }
        BodySpool.Range range = BodySpool.range(ctx.header("Content-Range"), length, spool.held(body));
        try (InputStream in = ctx.bodyInputStream()) {
            return spool.receive(body, in, range, maxBytes);
        }
    }

    private static ReceivedBody body(Path file, String crc) throws IOException {
        long value = Long.parseLong(crc, 16);
        // BodySpool has compared the bytes with the announced checksum.
        return new ReceivedBody(file, Files.size(file), value, value);
    }

    private static Path moved(Path file, Path target) throws IOException {
        return Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String crc(Context ctx) {
        String crc = ctx.header(WorkerHeaders.CRC32C);
        if (crc == null || !CRC.matcher(crc).matches()) {
            throw new WorkerCallException(
                    ErrorCode.INVALID_REQUEST,
                    "[%s] is missing or not 8 hex digits; send it".formatted(WorkerHeaders.CRC32C));
        }
        return crc;
    }
}
