package dev.roundelay.tensors;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The two Pythons that checkpoints must be exchanged with.
public enum Python {
    /// The distribution's, with PyTorch 1.13.
    OLD {
        @Override
        String program() {
            return "/usr/bin/python3";
        }
    },
    /// The one that the setup builds, with the current PyTorch.
    CURRENT {
        @Override
        String program() {
            String program = System.getenv("ROUNDELAY_TEST_PYTHON");
            if (program == null || program.isBlank()) {
                throw new IllegalStateException(
                        "ROUNDELAY_TEST_PYTHON is not set; run `make setup` and start the tests with `make test`");
            }
            return program;
        }
    };

    private static final long TIMEOUT_SECONDS = 180;

    abstract String program();

    /// Runs a script of this package's test resources to its end.
    ///
    /// @return the lines that it printed
    public List<String> run(String script, Path folder, String... arguments) throws IOException, InterruptedException {
        Path copy = folder.resolve(script);
        try (InputStream source = Python.class.getResourceAsStream(script)) {
            if (source == null) {
                throw new IllegalStateException("no test resource " + script);
            }
            Files.write(copy, source.readAllBytes());
        }
        Path output = Files.createTempFile(folder, script, ".out");
        List<String> command = new ArrayList<>(List.of(program(), "-W", "ignore", copy.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(script + " did not end within " + TIMEOUT_SECONDS + " s");
            }
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(output);
        if (process.exitValue() != 0) {
            throw new IllegalStateException(
                    command + " ended with " + process.exitValue() + ":\n" + String.join("\n", lines));
        }
        return lines;
    }
}
