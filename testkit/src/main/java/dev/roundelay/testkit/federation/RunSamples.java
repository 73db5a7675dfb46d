package dev.roundelay.testkit.federation;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.Holder;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.Validation;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.ETag;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Models, updates and files with something in every component.
public final class RunSamples {
    /// A time with as much precision as every store keeps.
    public static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123456Z");

    private RunSamples() {}

    /// Returns a blob whose id is made of a number.
    public static Blob blob(int number, long sizeBytes) {
        var id = new BlobId("%032x".formatted(number));
        return new Blob(id, sizeBytes, number, new ETag(id.value() + "-1"), List.of());
    }

    /// Returns a model of 1,000 bytes with a strategy state of 100.
    public static StoredModel model(int number) {
        return new StoredModel(number, blob(10_000 + number, 1_000), blob(20_000 + number, 100));
    }

    /// Returns a shard's update.
    public static Contribution contribution(Assignment from, long samples) {
        return new Contribution(
                from.shard(),
                from.id(),
                from.attempt(),
                from.workerId(),
                "server-1",
                "job/0/" + from.id().value(),
                2_000,
                4_000_000_000L,
                samples,
                1.5,
                NOON,
                NOON.plusSeconds(2),
                Map.of("loss", 0.25, "grad/norm", 1e-9));
    }

    /// Returns what a shard measured of a model.
    public static Validation validation(int model, int shard, double accuracy) {
        return new Validation(model, shard, 7, 0.5, NOON, Map.of("accuracy", accuracy));
    }

    /// Returns who sends for an assignment.
    public static Holder holder(Assignment assignment) {
        return new Holder(assignment.id(), assignment.fence(), assignment.shard());
    }

    /// Returns an object to be.
    public static NewObject object(String key, Blob blob) {
        return new NewObject(new ObjectKey(key), blob, ObjectAttributes.DEFAULT);
    }
}
