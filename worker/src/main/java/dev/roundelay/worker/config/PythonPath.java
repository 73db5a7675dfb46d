package dev.roundelay.worker.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the Python interpreter that jobs build on.
public final class PythonPath {
    private PythonPath() {}

    /// Returns the interpreter that was named, else the first `python3` of a search path; empty if there is
    /// none.
    ///
    /// @param named the option's value; null if it was not given
    /// @param path  the variable PATH
    public static Optional<Path> find(@Nullable String named, String path) {
        if (named != null) {
            return Optional.of(Path.of(named).toAbsolutePath()).filter(Files::isExecutable);
        }
        return Arrays.stream(path.split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "python3").toAbsolutePath())
                .filter(Files::isExecutable)
                .findFirst();
    }
}
