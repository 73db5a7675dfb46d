package dev.roundelay.federation;

import dev.roundelay.kernel.job.JobId;
import dev.roundelay.storage.Blob;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.ReservationId;
import dev.roundelay.storage.SnapshotId;
import java.util.ArrayList;
import java.util.List;

/// Names under which a job's blobs are kept alive and its quota is set aside, the same for every [RunStore].
public final class References {
    private References() {}

    /// The set of kept models and strategy states; it lives as long as the job.
    public static SnapshotId models(JobId job) {
        return new SnapshotId(job.value() + "/models");
    }

    /// The set of staged files; it ends with the run.
    public static SnapshotId staged(JobId job) {
        return new SnapshotId(job.value() + "/staged");
    }

    /// The bytes set aside for what the job must be able to write.
    public static ReservationId reservation(JobId job) {
        return new ReservationId(job.value() + "/checkpoint");
    }

    /// Returns the entries of a model in the set of models.
    public static List<NewObject> of(StoredModel model) {
        var entries = new ArrayList<NewObject>();
        entries.add(entry(weights(model.number()), model.weights()));
        if (model.state() != null) {
            entries.add(entry(state(model.number()), model.state()));
        }
        return entries;
    }

    /// Returns the names of a model's entries, whether it has a state or not.
    public static List<ObjectKey> namesOf(int model) {
        return List.of(weights(model), state(model));
    }

    /// Returns the entry of a staged file.
    public static NewObject of(StagedFile file) {
        return entry(nameOf(file), file.blob());
    }

    public static ObjectKey nameOf(StagedFile file) {
        return new ObjectKey(
                "%d/%s/%d/%s".formatted(file.round(), file.assignment().value(), file.shard(), file.path()));
    }

    private static NewObject entry(ObjectKey name, Blob blob) {
        return new NewObject(name, blob, ObjectAttributes.DEFAULT);
    }

    private static ObjectKey weights(int model) {
        return new ObjectKey(model + "/weights");
    }

    private static ObjectKey state(int model) {
        return new ObjectKey(model + "/state");
    }
}
