package dev.roundelay.worker.environment;

import dev.roundelay.contract.requirement.Requirement;
import dev.roundelay.worker.sandbox.Exit;
import dev.roundelay.worker.sandbox.Isolation;
import dev.roundelay.worker.sandbox.Mount;
import dev.roundelay.worker.sandbox.Sandbox;
import dev.roundelay.worker.sandbox.SandboxLimits;
import dev.roundelay.worker.sandbox.SandboxProcess;
import dev.roundelay.worker.sandbox.SandboxSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// Builds one environment, in the sandbox: only its own folder and the download cache are writable, and it holds no
/// file or secret of a job.
final class EnvironmentBuilder {
    // Arguments: interpreter, folder, lines of a .pth file (may be empty), the gate's program, its folder and names;
    // the installer's own.
    private static final String SCRIPT = """
            python=$1 folder=$2 layer=$3 program=$4 gate=$5 hosts=$6; shift 6
            "$python" -s -m venv --system-site-packages --without-pip "$folder" || exit 90
            if [ -n "$layer" ]; then
              for site in "$folder"/lib/python3*/site-packages; do printf '%s\\n' "$layer" >"$site/_base.pth" || exit 91; done
            fi
            if "$folder/bin/python" -s -c 'import pip' 2>/dev/null; then
              exec "$python" -s -c "$program" "$gate" "$hosts" "$folder/bin/python" -s -m pip install --no-input --disable-pip-version-check --no-color \
                --progress-bar off --no-warn-script-location --retries 2 --timeout 15 "$@"
            elif command -v uv >/dev/null; then
              exec "$python" -s -c "$program" "$gate" "$hosts" uv pip install --python "$folder/bin/python" --no-progress --color never "$@"
            fi
            echo 'this Python has no pip, and there is no uv' >&2; exit 92
            """;
    private static final int NO_INSTALLER = 92;
    // What an installer needs to know whom to trust.
    private static final List<String> TRUST = List.of("/etc/ssl", "/etc/ca-certificates", "/etc/pki");
    private static final String GATE = "/run/index";
    private static final long MEMORY = 4L << 30;
    private static final long DOWNLOAD_BYTES = 20_000_000_000L;

    private final EnvironmentConfig config;
    private final PackageIndex index;
    private final Interpreter interpreter;
    private final Sandbox sandbox;

    EnvironmentBuilder(EnvironmentConfig config, Interpreter interpreter, Sandbox sandbox) {
        this.config = config;
        this.index = config.index();
        this.interpreter = interpreter;
        this.sandbox = sandbox;
    }

    /// Builds into a folder that does not exist yet.
    ///
    /// @param downloads cache of what was downloaded, of one user only
    void build(Path folder, Path downloads, List<Requirement> requirements, Consumer<String> log)
            throws EnvironmentException, IOException, InterruptedException {
        Files.createDirectories(folder);
        Files.createDirectories(downloads);
        sandbox.giveTo(folder, SandboxSpec.BUILDER);
        sandbox.giveTo(downloads, SandboxSpec.BUILDER);
        PipOutput output = new PipOutput();
        try (IndexGate gate = IndexGate.open(index);
                SandboxProcess process = start(folder, downloads, gate, requirements)) {
            process.stdin().close();
            Thread out = pump(process.stdout(), output, log);
            Thread err = pump(process.stderr(), output, log);
            Exit exit = process.exit().get(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
            out.join(Duration.ofSeconds(5));
            err.join(Duration.ofSeconds(5));
            check(exit, output);
        } catch (TimeoutException e) {
            throw output.failed("the build took longer than " + config.timeout().toMinutes() + " minutes", "try again");
        } catch (ExecutionException e) {
            throw new IllegalStateException("[environment] a sandbox ended without an exit", e);
        }
    }

    private SandboxProcess start(Path folder, Path downloads, IndexGate gate, List<Requirement> requirements) {
        sandbox.giveTo(gate.folder(), SandboxSpec.BUILDER);
        return sandbox.start(spec(folder, downloads, gate, requirements));
    }

    private void check(Exit exit, PipOutput output) throws EnvironmentException {
        switch (exit) {
            case Exit.Exited(int code) when code == 0 -> {}
            case Exit.Exited(int code)
            when code == NO_INSTALLER ->
                throw output.failed("the worker's Python has no pip and there is no uv", "ask the operator for one");
            case Exit.Exited _ -> throw output.failure(index.offline(), !index.sourceBuilds());
            case Exit.LimitExceeded(var limit, long used, long allowed, var _) ->
                throw output.failed(
                        "the build used " + used + " of " + allowed + " of " + limit,
                        "require fewer or smaller packages");
            case Exit.Signalled(int signal) ->
                throw output.failed("the installer died of signal " + signal, "another worker is tried first");
            case Exit.Stopped() -> throw output.failed("the build was stopped", "it starts again with the job");
        }
    }

    private SandboxSpec spec(Path folder, Path downloads, IndexGate gate, List<Requirement> requirements) {
        Mount target = Mount.writable(folder, folder.toString(), config.maxBytes());
        Mount cache = Mount.writable(downloads, downloads.toString(), DOWNLOAD_BYTES);
        List<Mount> mounts = new ArrayList<>();
        interpreter.folders().forEach(path -> mounts.add(Mount.readOnly(path)));
        index.findLinks().forEach(path -> mounts.add(Mount.readOnly(path)));
        index.certificates().ifPresent(path -> mounts.add(Mount.readOnly(path.toAbsolutePath())));
        TRUST.stream().map(Path::of).filter(Files::exists).forEach(path -> mounts.add(Mount.readOnly(path)));
        mounts.add(Mount.readOnly(gate.folder(), GATE));
        mounts.add(target);
        mounts.add(cache);
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "build"));
        command.add(interpreter.executable().toString());
        command.add(folder.toString());
        command.add(interpreter.virtual() ? lines(interpreter.sitePackages()) : "");
        command.add(IndexGate.program());
        command.add(sandbox.isolation() == Isolation.NONE ? gate.folder().toString() : GATE);
        command.add(gate.names());
        command.addAll(sourceOptions());
        requirements.forEach(requirement -> command.add(requirement.toString()));
        SandboxLimits limits = new SandboxLimits(MEMORY, 512, config.maxBytes(), 4_000_000_000L, 64L << 20, 4096);
        return new SandboxSpec(
                "environment",
                SandboxSpec.BUILDER,
                command,
                environment(downloads),
                mounts,
                folder.toString(),
                List.of(),
                limits);
    }

    private List<String> sourceOptions() {
        List<String> options = new ArrayList<>();
        if (!index.sourceBuilds()) {
            options.addAll(List.of("--only-binary", ":all:"));
        }
        if (index.offline()) {
            options.add("--no-index");
        }
        index.indexUrl().ifPresent(url -> options.addAll(List.of("--index-url", url.toString())));
        index.extraIndexUrls().forEach(url -> options.addAll(List.of("--extra-index-url", url.toString())));
        index.findLinks().forEach(path -> options.addAll(List.of("--find-links", path.toString())));
        return options;
    }

    private Map<String, String> environment(Path downloads) {
        Map<String, String> variables = new HashMap<>();
        variables.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        variables.put("HOME", Sandbox.HOME);
        variables.put("LANG", "C.UTF-8");
        variables.put("PIP_CONFIG_FILE", "/dev/null");
        variables.put("PIP_CACHE_DIR", downloads.resolve("pip").toString());
        variables.put("UV_CACHE_DIR", downloads.resolve("uv").toString());
        variables.put("UV_NO_CONFIG", "1");
        index.certificates().ifPresent(path -> {
            variables.put("PIP_CERT", path.toAbsolutePath().toString());
            variables.put("SSL_CERT_FILE", path.toAbsolutePath().toString());
        });
        return variables;
    }

    private static String lines(List<Path> paths) {
        return String.join("\n", paths.stream().map(Path::toString).toList());
    }

    private static Thread pump(InputStream in, PipOutput output, Consumer<String> log) {
        return Thread.ofVirtual().name("environment-log").start(() -> {
            // A package that is built from its sources prints what it likes.
            try (BuildLog lines = new BuildLog(in)) {
                for (String line = lines.next(); line != null; line = lines.next()) {
                    output.accept(line);
                    log.accept(line);
                }
            } catch (IOException e) {
                log.accept("[environment] the installer's output broke off: " + e.getMessage());
            }
        });
    }
}
