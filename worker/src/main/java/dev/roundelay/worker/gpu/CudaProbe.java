package dev.roundelay.worker.gpu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.worker.environment.PythonEnvironment;
import dev.roundelay.worker.sandbox.Exit;
import dev.roundelay.worker.sandbox.Mount;
import dev.roundelay.worker.sandbox.ProcessLauncher;
import dev.roundelay.worker.sandbox.Sandbox;
import dev.roundelay.worker.sandbox.SandboxException;
import dev.roundelay.worker.sandbox.SandboxLimits;
import dev.roundelay.worker.sandbox.SandboxProcess;
import dev.roundelay.worker.sandbox.SandboxSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Uses one GPU the way a job will: in a job's sandbox, with that GPU's device nodes alone and the worker's own Python.
/// What it proves is device nodes, driver and libraries together. Thread-safe.
final class CudaProbe implements GpuProbe {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final SandboxLimits LIMITS = SandboxLimits.ofMemory(8L << 30);
    private static final int MOST_OUTPUT = 64 << 10;

    private final Sandbox sandbox;
    private final ProcessLauncher launcher;
    private final PythonEnvironment python;
    private final Path program;
    private final DeviceNodes nodes;

    /// Makes one.
    ///
    /// @param python  the worker's base interpreter
    /// @param program folder of the unpacked harness program
    CudaProbe(Sandbox sandbox, ProcessLauncher launcher, PythonEnvironment python, Path program, GpuSettings settings) {
        this.sandbox = sandbox;
        this.launcher = launcher;
        this.python = python;
        this.program = program;
        this.nodes = new DeviceNodes(settings.dev(), settings.proc());
    }

    @Override
    public Outcome probe(GpuReading gpu, int slot) throws InterruptedException {
        if (nodes.missing(gpu).isPresent()) {
            makeNodes();
        }
        var missing = nodes.missing(gpu);
        if (missing.isPresent()) {
            return Outcome.failed("there is no " + missing.get()
                    + "; load the driver (modprobe nvidia nvidia-uvm; nvidia-modprobe -u -c 0), or give the container"
                    + " this device");
        }
        try (SandboxProcess process = sandbox.start(spec(gpu, slot))) {
            process.stdin().close();
            CompletableFuture<String> out = read(process.stdout());
            CompletableFuture<String> err = read(process.stderr());
            Exit exit = process.exit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return outcome(exit, out.get(), err.get());
        } catch (TimeoutException _) {
            return Outcome.failed("the CUDA probe did not end within " + PATIENCE.toSeconds()
                    + " s; look at the kernel's log (dmesg, NVRM: Xid), reset the GPU or restart the machine");
        } catch (ExecutionException | IOException | SandboxException e) {
            return Outcome.failed("the CUDA probe cannot run: " + e.getMessage() + "; look at the worker's log");
        }
    }

    /// The driver makes its nodes on first use by a helper that no sandbox may run: so it is run here, before.
    private void makeNodes() throws InterruptedException {
        try {
            Process helper = launcher.start(new ProcessBuilder("nvidia-modprobe", "-u", "-c", "0")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD));
            if (!helper.waitFor(PATIENCE)) {
                helper.destroyForcibly();
            }
        } catch (IOException _) {
            // It is not installed; what is missing is told.
            return;
        }
    }

    private SandboxSpec spec(GpuReading gpu, int slot) {
        Mount harness = Mount.readOnly(program, "/app/harness");
        List<Mount> mounts = new ArrayList<>();
        python.folders().forEach(folder -> mounts.add(Mount.readOnly(folder)));
        mounts.add(harness);
        return new SandboxSpec(
                "gpu" + slot,
                slot,
                List.of(python.executable().toString(), "-s", sandbox.path(harness) + "/gpu_probe.py"),
                Map.of(
                        "PATH",
                        python.executable().getParent() + ":/usr/bin:/bin",
                        "HOME",
                        Sandbox.HOME,
                        "LANG",
                        "C.UTF-8",
                        "PYTHONDONTWRITEBYTECODE",
                        "1",
                        "CUDA_VISIBLE_DEVICES",
                        gpu.uuid()),
                mounts,
                "/",
                nodes.of(gpu),
                LIMITS);
    }

    private static CompletableFuture<String> read(InputStream in) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofVirtual().name("gpu-probe-output").start(() -> {
            try {
                byte[] head = in.readNBytes(MOST_OUTPUT);
                in.skip(Long.MAX_VALUE);
                text.complete(new String(head, StandardCharsets.UTF_8));
            } catch (IOException e) {
                text.complete("");
            }
        });
        return text;
    }

    /// Returns what the probe's one line of JSON says; torch or the driver may print before it.
    private static Outcome outcome(Exit exit, String out, String err) {
        List<String> lines = out.strip().lines().toList();
        try {
            JsonNode said = lines.isEmpty() ? null : Json.lenient().readTree(lines.getLast());
            if (said != null && said.has("ok")) {
                return said.path("ok").asBoolean()
                        ? new Outcome(
                                true,
                                said.path("by").asText(),
                                said.path("memoryMb").asLong(),
                                said.path("freeMemoryMb").asLong())
                        : Outcome.failed(said.path("reason").asText());
            }
        } catch (JsonProcessingException _) {
            // It ended before its answer: how it ended is told.
            return died(exit, err);
        }
        return died(exit, err);
    }

    private static Outcome died(Exit exit, String err) {
        List<String> lines = err.strip().lines().toList();
        return Outcome.failed("the CUDA probe died (" + exit + ")" + (lines.isEmpty() ? "" : ": " + lines.getLast())
                + "; check the driver and the kernel's log (dmesg, NVRM: Xid)");
    }
}
