package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Runs Python programs in sandboxes of a test.
final class Shell implements AutoCloseable {
    static final long LIMIT = 20_000_000;

    final Path out;
    final Sandbox sandbox;
    private final ProcessLauncher launcher = new ProcessLauncher();
    private final Path folder;
    private final List<Mount> mounts = new ArrayList<>();
    private SandboxLimits limits = new SandboxLimits(300_000_000, 64, LIMIT, 50_000_000, 100_000_000, 256);

    Shell(Path folder, boolean cgroups) throws IOException {
        this.folder = folder;
        SandboxConfig usual = SandboxConfig.bubblewrap(folder.resolve("scratch"));
        this.sandbox = new Sandbox(
                new SandboxConfig(usual.isolation(), usual.bubblewrap(), usual.firstUid(), usual.scratch(), cgroups),
                launcher);
        this.out = Files.createDirectories(folder.resolve("out"));
        sandbox.giveTo(out, 0);
        mounts.add(Mount.writable(out, "/app/out", LIMIT));
    }

    record Outcome(Exit exit, String out, String err) {}

    SandboxProcess start(String code) {
        return sandbox.start(new SandboxSpec(
                folder.getFileName().toString(),
                0,
                List.of("/usr/bin/python3", "-c", code),
                Map.of("PATH", "/usr/bin", "HOME", Sandbox.HOME),
                mounts,
                "/app/out",
                List.of(),
                limits));
    }

    Outcome run(String code) throws Exception {
        try (SandboxProcess process = start(code)) {
            process.stdin().close();
            CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> read(process.stderr()));
            String said = read(process.stdout());
            return new Outcome(process.exit().get(240, TimeUnit.SECONDS), said.strip(), err.get());
        }
    }

    Path folder() {
        return folder;
    }

    /// Returns whether a process is left; a dead one that nobody has reaped yet counts as alive for Java.
    static boolean runs(ProcessHandle process) {
        return process.isAlive() && !ProcessTree.isStill(process.pid());
    }

    private static String read(java.io.InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        launcher.close();
    }
}
