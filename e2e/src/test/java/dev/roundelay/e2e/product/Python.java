package dev.roundelay.e2e.product;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Python programs of the tests, run by the interpreters that `make setup` prepares.
public final class Python {
    /// Debian's Python with its old torch: what workers of these tests train with.
    public static final Path SYSTEM = Path.of("/usr/bin/python3");

    private static final int PATIENCE_SECONDS = 180;

    private Python() {}

    /// Returns the interpreter that an environment variable names.
    public static Path ofVariable(String variable) {
        String value = System.getenv(variable);
        if (value == null || !Files.isExecutable(Path.of(value))) {
            throw new AssertionError(variable + " names no Python interpreter; run `make setup`, then `make test`");
        }
        return Path.of(value);
    }

    /// Runs a script of the test resources and returns what it printed.
    public static String run(
            Path interpreter, Map<String, String> environment, Path folder, String script, String... args) {
        try {
            Path file = folder.resolve(script);
            Files.writeString(file, resource(script));
            Path out = Files.createTempFile(folder, script, ".out");
            List<String> command = new ArrayList<>(List.of(interpreter.toString(), "-u", file.toString()));
            command.addAll(List.of(args));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(script + " did not end:\n" + Files.readString(out));
            }
            String printed = Files.readString(out);
            if (process.exitValue() != 0) {
                throw new AssertionError(script + " ended with " + process.exitValue() + ":\n" + printed);
            }
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /// Returns a file of the test resources.
    public static String resource(String name) {
        try (InputStream in = Python.class.getResourceAsStream("/dev/roundelay/e2e/" + name)) {
            if (in == null) {
                throw new AssertionError("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
