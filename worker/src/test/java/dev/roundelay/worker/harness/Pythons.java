package dev.roundelay.worker.harness;

import dev.roundelay.worker.environment.Interpreter;
import dev.roundelay.worker.sandbox.ProcessLauncher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The interpreters that tests run with.
public final class Pythons {
    private static final Map<Path, Interpreter> PROBED = new ConcurrentHashMap<>();

    private Pythons() {}

    /// Returns the Python with the current torch that `make setup` installs.
    public static Path current() {
        String path = System.getenv("ROUNDELAY_TEST_PYTHON");
        if (path == null || !Files.isExecutable(Path.of(path))) {
            throw new AssertionError("[tests] ROUNDELAY_TEST_PYTHON names no Python; run `make setup`");
        }
        return Path.of(path);
    }

    /// Returns the distribution's Python with its old torch.
    public static Path distribution() {
        Path path = Path.of("/usr/bin/python3");
        if (!Files.isExecutable(path) || !Files.isDirectory(Path.of("/usr/lib/python3/dist-packages/torch"))) {
            throw new AssertionError("[tests] /usr/bin/python3 has no torch; run `make setup`");
        }
        return path;
    }

    /// Asks an interpreter about itself, once for all tests.
    public static Interpreter probe(Path python) {
        return PROBED.computeIfAbsent(python, path -> {
            try (ProcessLauncher launcher = new ProcessLauncher()) {
                return Interpreter.probe(path, launcher);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
