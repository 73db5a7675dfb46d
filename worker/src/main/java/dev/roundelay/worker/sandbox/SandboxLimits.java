package dev.roundelay.worker.sandbox;

/// What one sandbox may use. Each is an option of the worker.
///
/// @param memoryBytes       of all its processes together, tmpfs included
/// @param processes         processes and threads
/// @param outputBytes       below the folder that its outputs are written to
/// @param temporaryBytes    below `/tmp`, where HOME and the caches of libraries lie
/// @param sharedMemoryBytes below `/dev/shm`
/// @param openFiles         descriptors of one process
public record SandboxLimits(
        long memoryBytes, int processes, long outputBytes, long temporaryBytes, long sharedMemoryBytes, int openFiles) {
    private static final long GB = 1_000_000_000L;

    public SandboxLimits {
        if (memoryBytes <= 0 || processes <= 0 || outputBytes <= 0 || temporaryBytes <= 0 || openFiles <= 0) {
            throw new IllegalArgumentException("[limits] every limit must be positive");
        }
    }

    /// Returns the defaults for a sandbox with so much memory: half of it for `/dev/shm`, 512 processes, 10 GB of
    /// outputs, 2 GB of temporary files, 4,096 open files.
    public static SandboxLimits ofMemory(long memoryBytes) {
        return new SandboxLimits(memoryBytes, 512, 10 * GB, 2 * GB, Math.max(1, memoryBytes / 2), 4096);
    }
}
