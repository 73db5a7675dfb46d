package dev.roundelay.worker.gpu;

/// Finds out whether a GPU works.
@FunctionalInterface
interface GpuProbe {
    /// Uses the GPU and says what came of it, within bounded time.
    ///
    /// @param slot number of its slot
    Outcome probe(GpuReading gpu, int slot) throws InterruptedException;

    /// What a probe found.
    ///
    /// @param text     with what it was proved, such as `torch 2.8.0`; or what is wrong and what to do
    /// @param memoryMb as CUDA tells it, for GPUs of which `nvidia-smi` does not; 0 if unknown
    record Outcome(boolean good, String text, long memoryMb, long freeMemoryMb) {
        static Outcome failed(String why) {
            return new Outcome(false, why, 0, 0);
        }
    }
}
