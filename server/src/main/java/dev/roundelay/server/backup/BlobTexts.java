package dev.roundelay.server.backup;

import dev.roundelay.server.store.RowSnapshot;
import dev.roundelay.server.store.SweepHold;
import dev.roundelay.storage.BlobFault;
import java.sql.SQLException;
import java.util.List;

/// Faults of blobs in words for people.
final class BlobTexts {
    private BlobTexts() {}

    /// Says what is wrong with a blob, what it belongs to, and what to do.
    static String fault(SweepHold hold, BlobFault fault) {
        String id = fault.blob().value();
        return "[blob %s] %s%s; copy blobs/%s/%s* from a backup that has it whole, or put again what it belongs to"
                .formatted(id, fault.what(), belongsTo(hold, fault), id.substring(0, 2), id);
    }

    private static String belongsTo(SweepHold hold, BlobFault fault) {
        try {
            List<String> namers = RowSnapshot.namers(hold, fault.blob());
            return namers.isEmpty() ? "" : ", it belongs to " + String.join(", ", namers);
        } catch (SQLException _) {
            // The fault is told all the same.
            return "";
        }
    }
}
