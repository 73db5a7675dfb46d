package dev.roundelay.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Runs a client script of this package with a program of the machine, and fails the test with its output if it fails.
public final class ClientProgram {
    private static final long TIMEOUT_MINUTES = 5;

    private final List<String> command;

    private ClientProgram(List<String> command) {
        this.command = List.copyOf(command);
    }

    /// Takes a program that an environment variable of the project's scripts names.
    public static ClientProgram named(String variable, String... arguments) {
        return of(path(variable), arguments);
    }

    /// Returns the path of a program that an environment variable of the project's scripts names.
    public static String path(String variable) {
        String path = System.getenv(variable);
        assertThat(path)
                .as(
                        "the environment variable %s, which names a program of this test; run make setup, and the tests "
                                + "through make, which sets it",
                        variable)
                .isNotBlank();
        return String.valueOf(path);
    }

    /// Fails the test unless a program is on PATH.
    public static void requireOnPath(String program) {
        var _ = of(program);
    }

    /// Takes a program by path, or by a name to look for on PATH.
    public static ClientProgram of(String program, String... arguments) {
        Optional<Path> found = find(program);
        assertThat(found).as("%s is not installed; run make setup", program).isPresent();
        var command = new ArrayList<String>();
        command.add(found.orElseThrow().toString());
        command.addAll(List.of(arguments));
        return new ClientProgram(command);
    }

    private static Optional<Path> find(String program) {
        if (program.contains("/")) {
            return Optional.of(Path.of(program)).filter(Files::isExecutable);
        }
        for (String folder : String.valueOf(System.getenv("PATH")).split(":")) {
            Path candidate = Path.of(folder, program);
            if (Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /// Runs a script that lies beside this class, in `folder`, which must be empty or new.
    public void run(String script, Path folder, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path file = folder.resolve(script);
        try (InputStream source = ClientProgram.class.getResourceAsStream(script)) {
            assertThat(source).as("the resource %s", script).isNotNull();
            Files.copy(source, file);
        }
        var withScript = new ArrayList<>(command);
        withScript.add(file.toString());
        Path output = folder.resolve("output.txt");
        var builder = new ProcessBuilder(withScript)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_") || name.contains("proxy"));
        builder.environment().put("HOME", folder.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES))
                    .as("%s ended within %d minutes:%n%s", withScript, TIMEOUT_MINUTES, read(output))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as("exit of %s, which wrote:%n%s", withScript, read(output))
                .isZero();
    }

    private static String read(Path output) throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }
}
