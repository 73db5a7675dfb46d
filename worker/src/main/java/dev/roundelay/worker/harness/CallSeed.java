package dev.roundelay.worker.harness;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// `SEED` of a call: the first 32 bits of SHA-256 over the job's seed, what is called, the round and the shard.
///
/// It never depends on the job's id, the worker or the attempt, so a re-run of the same step gives the same bits.
final class CallSeed {
    private CallSeed() {}

    /// Returns the seed of a call, 0 to 2^32 - 1 as numpy demands.
    static long of(long jobSeed, String call, int round, int shard) {
        byte[] name = call.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(16 + name.length);
        bytes.putLong(jobSeed).putInt(round).putInt(shard).put(name);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes.array());
            return Integer.toUnsignedLong(ByteBuffer.wrap(hash).getInt());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("[seed] every JVM has SHA-256", e);
        }
    }
}
