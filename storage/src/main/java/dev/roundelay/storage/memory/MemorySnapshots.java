package dev.roundelay.storage.memory;

import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.storage.SnapshotId;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StorageFault;
import dev.roundelay.storage.StoredObject;
import dev.roundelay.storage.memory.MemoryTables.SnapshotState;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/// Snapshots over [MemoryTables].
final class MemorySnapshots {
    private final MemoryTables tables;

    MemorySnapshots(MemoryTables tables) {
        this.tables = tables;
    }

    List<SnapshotEntry> take(SnapshotId id, BucketName bucket, List<StoredObject> objects) {
        if (!entries(id).isEmpty()) {
            throw new StorageException(
                    StorageFault.SNAPSHOT_EXISTS, "[snapshot %s] exists already; release it first".formatted(id));
        }
        SnapshotState state = state(id, bucket);
        for (StoredObject object : objects) {
            tables.refer(object.blob());
            tables.undo.put(
                    state.entries(),
                    object.key(),
                    new SnapshotEntry(object.key(), object.blob(), object.sizeBytes(), object.etag()));
        }
        return entries(id);
    }

    void hold(SnapshotId id, BucketName bucket, List<NewObject> held, Instant now) {
        SnapshotState state = state(id, bucket);
        for (NewObject entry : held) {
            SnapshotEntry old = state.entries().get(entry.key());
            tables.refer(bucket, entry.blob());
            tables.undo.put(
                    state.entries(),
                    entry.key(),
                    new SnapshotEntry(
                            entry.key(),
                            entry.blob().id(),
                            entry.blob().sizeBytes(),
                            entry.blob().etag()));
            if (old != null) {
                tables.drop(old.blob(), now);
            }
        }
    }

    void share(SnapshotId from, SnapshotId to, BucketName bucket) {
        List<SnapshotEntry> shared = List.copyOf(state(from, bucket).entries().values());
        SnapshotState state = state(to, bucket);
        for (SnapshotEntry entry : shared) {
            if (!state.entries().containsKey(entry.key())) {
                tables.refer(entry.blob());
                tables.undo.put(state.entries(), entry.key(), entry);
            }
        }
    }

    private SnapshotState state(SnapshotId id, BucketName bucket) {
        tables.bucket(bucket);
        SnapshotState state = tables.snapshots.get(id);
        if (state == null) {
            state = new SnapshotState(bucket, new TreeMap<>());
            tables.undo.put(tables.snapshots, id, state);
        } else if (!state.bucket().equals(bucket)) {
            throw new StorageException(
                    StorageFault.SNAPSHOT_EXISTS, "[snapshot %s] belongs to another bucket".formatted(id));
        }
        return state;
    }

    List<SnapshotEntry> entries(SnapshotId id) {
        SnapshotState state = tables.snapshots.get(id);
        return state == null ? List.of() : List.copyOf(state.entries().values());
    }

    void release(SnapshotId id, Collection<ObjectKey> names, Instant now) {
        SnapshotState state = tables.snapshots.get(id);
        if (state == null) {
            return;
        }
        for (ObjectKey name : names) {
            SnapshotEntry entry = state.entries().get(name);
            if (entry != null) {
                tables.undo.remove(state.entries(), name);
                tables.drop(entry.blob(), now);
            }
        }
        if (state.entries().isEmpty()) {
            tables.undo.remove(tables.snapshots, id);
        }
    }
}
