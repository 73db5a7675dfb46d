package dev.roundelay.federation.run;

import dev.roundelay.federation.FirstModel;
import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.StagedFile;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.output.MetricsTables;
import dev.roundelay.federation.output.OutputKeys;
import dev.roundelay.federation.output.TrainingLog;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StorageFault;
import dev.roundelay.tensors.checkpoint.CheckpointWriter;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes what a job leaves in its owner's bucket, as blobs; rows that show them are the store's.
final class Outputs {
    private static final ObjectAttributes CSV = ObjectAttributes.of("text/csv; charset=utf-8");
    private static final Set<String> TEXT_ENDINGS = Set.of("txt", "log", "md", "csv", "json", "yaml", "yml", "py");

    private final JobId id;
    private final Epoch epoch;
    private final RunParts parts;
    private volatile @Nullable BucketName bucket;

    Outputs(JobId id, Epoch epoch, RunParts parts) {
        this.id = id;
        this.epoch = epoch;
        this.parts = parts;
    }

    /// Returns the bucket of a job's owner, which stays the same one.
    BucketName bucket(Job job) {
        BucketName known = bucket;
        if (known == null) {
            known = find(job);
            bucket = known;
        }
        return known;
    }

    private BucketName find(Job job) {
        return parts.buckets()
                .findBucketOf(owner(job))
                .orElseThrow(() -> new StorageException(
                        StorageFault.NO_SUCH_BUCKET, "[%s] its owner has no bucket; provision one".formatted(id)))
                .name();
    }

    /// Returns a first model with what it needs of the quota: later, the checkpoint and a second model must
    /// fit, and a third one and `best.pt` where the best one is kept.
    FirstModel firstModel(Job job, RunSpec spec, StoredModel model) {
        int further = spec.select() == null ? 2 : 4;
        return new FirstModel(model, bucket(job), further * checkpointBytes(model.weights()));
    }

    /// Makes the output folders of the slug this job's.
    void claim(Job job) {
        parts.store().claimOutputs(epoch, id, owner(job), bucket(job), job.slug());
    }

    NewObject log(OutputKeys keys, List<Note> last) throws IOException {
        return text(keys.log(), ObjectAttributes.TEXT, out -> TrainingLog.write(parts.journal(), id, last, out));
    }

    NewObject metrics(OutputKeys keys, List<RoundRecord> history) throws IOException {
        return text(keys.metrics(), CSV, out -> MetricsTables.writeGlobal(history, out));
    }

    NewObject metricsBySite(OutputKeys keys, List<RoundRecord> history) throws IOException {
        return text(keys.metricsBySite(), CSV, out -> MetricsTables.writeBySite(history, out));
    }

    /// Writes a model as a `.pt` file.
    NewObject checkpoint(ObjectKey key, StoredModel model) throws IOException {
        Path file = parts.blobs().newFile();
        try (SafetensorsReader weights = SafetensorsReader.open(file(parts.blobs(), model.weights()))) {
            CheckpointWriter.write(file, weights.views());
        }
        return new NewObject(key, parts.blobs().adopt(file), ObjectAttributes.DEFAULT);
    }

    NewObject siteFile(OutputKeys keys, StagedFile file) {
        String path = file.path();
        String ending = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return new NewObject(
                keys.siteFile(file.shard(), file.round(), path),
                file.blob(),
                TEXT_ENDINGS.contains(ending) ? ObjectAttributes.TEXT : ObjectAttributes.DEFAULT);
    }

    static OwnerId owner(Job job) {
        return new OwnerId(job.ownerId().value());
    }

    static OutputKeys keys(Job job) {
        return OutputKeys.of(job.slug());
    }

    static Path file(BlobStore blobs, Blob blob) throws IOException {
        return blobs.findFile(blob.id())
                .orElseThrow(() -> new IOException("[blob %s] is not a file of the store".formatted(blob.id())));
    }

    /// A `.pt` file has the same bytes in another frame: at most 1 KiB and 400 bytes a tensor more; the names
    /// are in both.
    static long checkpointBytes(Blob weights) {
        return weights.sizeBytes() + Math.max(64 << 10, weights.sizeBytes() / 16);
    }

    private interface Content {
        void write(BufferedWriter out) throws IOException;
    }

    private NewObject text(ObjectKey key, ObjectAttributes attributes, Content content) throws IOException {
        Path file = parts.blobs().newFile();
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            content.write(out);
        }
        return new NewObject(key, parts.blobs().adopt(file), attributes);
    }
}
