package dev.roundelay.federation;

import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Instant;
import java.util.Map;

/// The fact that a shard's update for a round was accepted.
///
/// @param server     the server whose disk holds the spooled update
/// @param file       its path below the spool folder of that server
/// @param crc32c     CRC-32C of its bytes
/// @param samples    its weight, 0 to 2^40
/// @param seconds    duration of the training
/// @param startedAt  when the training began
/// @param receivedAt when the whole body was in
public record Contribution(
        int shard,
        AssignmentId assignment,
        int attempt,
        WorkerId worker,
        String server,
        String file,
        long sizeBytes,
        long crc32c,
        long samples,
        double seconds,
        Instant startedAt,
        Instant receivedAt,
        Map<String, Double> metrics) {
    public Contribution {
        metrics = Map.copyOf(metrics);
    }
}
