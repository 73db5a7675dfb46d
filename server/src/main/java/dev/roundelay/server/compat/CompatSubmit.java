package dev.roundelay.server.compat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.WorkerStatus;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.ListQuery;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Turns `POST /api/tasks` and the workspace that it names into a [JobSpec].
public final class CompatSubmit {
    private static final int MAX_LISTED = 1_000;

    private final Kernel kernel;
    private final BucketIndex index;
    private final BlobStore blobs;
    private final WorkspaceParser parser = new WorkspaceParser();

    public CompatSubmit(Kernel kernel, BucketIndex index, BlobStore blobs) {
        this.kernel = kernel;
        this.index = index;
        this.blobs = blobs;
    }

    /// A workspace in our terms.
    record Translated(JobSpec spec, List<String> warnings) {}

    Translated translate(UserId owner, JsonNode task) throws IOException {
        String name = text(task, "name").orElseThrow(() -> missing("name"));
        String shards = folder(task, "shardsDirPath");
        String scripts = folder(task, "trainingScriptsFolderPath");
        String configs = folder(task, "trainingConfigFolderPath");
        String requirements = folder(task, "trainingRequirementsFolderPath");
        Bucket bucket =
                index.findBucketOf(new OwnerId(owner.value())).orElseThrow(() -> ApiException.notFound("bucket", name));
        Workspace workspace = parse(bucket, configs);
        JobSpec spec = new JobSpec(
                name,
                scripts,
                null,
                existing(bucket, requirements + "requirements.txt"),
                shards,
                null,
                text(task, "modelFolderPath")
                        .map(CompatSubmit::prefix)
                        .map(prefix -> checkpoint(bucket, prefix))
                        .orElse(null),
                workspace.model(),
                workspace.training(),
                clamped(workspace.federation(), shardCount(bucket, shards)),
                selection(owner, task, shardCount(bucket, shards)),
                JobSpec.Limits.defaults(),
                0);
        return new Translated(spec, workspace.warnings());
    }

    private Workspace parse(Bucket bucket, String configs) throws IOException {
        try {
            return parser.parse(
                    bytes(bucket, configs + WorkspaceParser.CLIENT), bytes(bucket, configs + WorkspaceParser.SERVER));
        } catch (WorkspaceException e) {
            throw new ApiException(e.code(), String.valueOf(e.getMessage()));
        }
    }

    private byte[] bytes(Bucket bucket, String key) throws IOException {
        StoredObject object = index.find(bucket.name(), new ObjectKey(key))
                .orElseThrow(() -> new ApiException(
                        ErrorCode.INVALID_REQUEST,
                        "[%s] there is no such object; make the workspace again with the SDK".formatted(key)));
        try (InputStream in = blobs.open(object.blob())) {
            return in.readNBytes((1 << 20) + 1);
        }
    }

    private @Nullable String existing(Bucket bucket, String key) {
        return index.find(bucket.name(), new ObjectKey(key)).isPresent() ? key : null;
    }

    /// The warm start is the one file below the model folder.
    private String checkpoint(Bucket bucket, String prefix) {
        return keys(bucket, prefix).stream()
                .findFirst()
                .orElseThrow(() -> new ApiException(
                        ErrorCode.INVALID_REQUEST,
                        "[modelFolderPath] there is no file below %s; upload the checkpoint".formatted(prefix)));
    }

    private int shardCount(Bucket bucket, String shards) {
        return (int) keys(bucket, shards).stream()
                .filter(key -> key.toLowerCase(Locale.ROOT).endsWith(".zip"))
                .filter(key -> key.indexOf('/', shards.length()) < 0)
                .count();
    }

    private List<String> keys(Bucket bucket, String prefix) {
        return index.list(bucket.name(), ListQuery.under(prefix, MAX_LISTED)).objects().stream()
                .map(object -> object.key().value())
                .toList();
    }

    /// The client's default of one client is kept literally; more than there are shards cannot be met.
    private static JobSpec.Federation clamped(JobSpec.Federation federation, int shards) {
        Integer minClients = federation.minClients();
        return new JobSpec.Federation(
                federation.rounds(),
                minClients == null ? null : Math.max(1, Math.min(minClients, Math.max(1, shards))),
                federation.waitAfterMinSeconds(),
                federation.strategy(),
                federation.quantization(),
                federation.seed(),
                federation.select(),
                federation.checkpointEvery(),
                federation.onSiteError(),
                federation.sample(),
                federation.simulation());
    }

    private JobSpec.Selection selection(UserId owner, JsonNode task, int shards) {
        List<String> ids = strings(task.path("workerIds"));
        if (!ids.isEmpty()) {
            return new JobSpec.Selection(ids, null);
        }
        if (!task.path("autoSelectWorkers").asBoolean(false)) {
            // 0.2.1 asks for nothing by default: any workers will do, if enough are free.
            int free = kernel.view().workers().stream()
                    .filter(status ->
                            status.worker().serves(owner) && status.worker().takesShards())
                    .mapToInt(WorkerStatus::freeSlots)
                    .sum();
            if (free < shards) {
                throw new ApiException(
                        ErrorCode.SHARD_COUNT_MISMATCH,
                        "[selection] %d shards and %d free workers: exactly N workers are needed for N shards; re-upload shards to match, or use auto_select_workers=True to wait for workers"
                                .formatted(shards, free));
            }
        }
        List<String> models = strings(task.path("gpuModels"));
        return new JobSpec.Selection(
                null,
                new JobSpec.Auto(
                        models.isEmpty() ? null : models,
                        task.path("maxPricePerGpuHourCents").isNumber()
                                ? task.path("maxPricePerGpuHourCents").asInt()
                                : null,
                        task.path("estimatedMemoryMb").isNumber()
                                ? task.path("estimatedMemoryMb").asLong()
                                : null,
                        task.path("onlyMineWorkers").asBoolean(false)));
    }

    private static List<String> strings(JsonNode node) {
        List<String> strings = new ArrayList<>();
        node.forEach(element -> strings.add(element.asText()));
        return strings;
    }

    private static Optional<String> text(JsonNode task, String field) {
        return task.path(field).isTextual() && !task.path(field).asText().isBlank()
                ? Optional.of(task.path(field).asText())
                : Optional.empty();
    }

    private static String folder(JsonNode task, String field) {
        return prefix(text(task, field).orElseThrow(() -> missing(field)));
    }

    private static String prefix(String path) {
        String plain = path.startsWith("/") ? path.substring(1) : path;
        return plain.endsWith("/") ? plain : plain + "/";
    }

    private static ApiException missing(String field) {
        return new ApiException(ErrorCode.INVALID_REQUEST, "[%s] is missing; send it".formatted(field));
    }
}
