package dev.roundelay.contract.worker;

/// Header names of the worker protocol.
public final class WorkerHeaders {
    /// The fence of the assignment's attempt, on every call under `/assignments/{id}`.
    public static final String FENCE = "X-Roundelay-Fence";
    /// Which of its shards a call of an assignment is about; absent where it has one.
    public static final String SHARD = "X-Roundelay-Shard";
    /// CRC-32C of the whole body, 8 lower-case hex digits.
    public static final String CRC32C = "X-Roundelay-Crc32c";
    /// Name of a file in the hand-over folder that stands for the body.
    public static final String LINK = "X-Roundelay-Link";

    /// In the answer to HEAD: how many leading bytes the server holds of the body with the asked checksum.
    public static final String HELD = "X-Roundelay-Held";

    private WorkerHeaders() {}
}
