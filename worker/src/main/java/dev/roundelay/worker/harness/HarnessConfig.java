package dev.roundelay.worker.harness;

import dev.roundelay.worker.environment.PythonEnvironment;
import dev.roundelay.worker.sandbox.SandboxLimits;
import java.nio.file.Path;
import java.util.List;

/// Where and under which limits a harness runs.
///
/// @param program    folder of the unpacked harness program (`HarnessProgram.unpack`)
/// @param python     interpreter of the job's environment
/// @param slot       number of the worker's slot, from 0
/// @param limits     of the sandbox
/// @param devices    device nodes of the leased GPU; empty on the CPU
/// @param modelBytes most bytes of one file of weights
public record HarnessConfig(
        Path program, PythonEnvironment python, int slot, SandboxLimits limits, List<String> devices, long modelBytes) {
    /// The default of `modelBytes`.
    public static final long MODEL_BYTES = 64L << 30;

    public HarnessConfig {
        devices = List.copyOf(devices);
    }

    /// Returns the configuration of a slot without a GPU.
    public static HarnessConfig onCpu(Path program, PythonEnvironment python, int slot, SandboxLimits limits) {
        return new HarnessConfig(program, python, slot, limits, List.of(), MODEL_BYTES);
    }
}
