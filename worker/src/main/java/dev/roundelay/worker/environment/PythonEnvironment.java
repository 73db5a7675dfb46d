package dev.roundelay.worker.environment;

import java.nio.file.Path;
import java.util.List;

/// A Python that a job can run with.
///
/// @param executable absolute path of the interpreter
/// @param folders    folders outside `/usr` that it needs to read, at the same paths inside a sandbox
/// @param version    such as `3.11.7`
public record PythonEnvironment(Path executable, List<Path> folders, String version) {
    public PythonEnvironment {
        folders = List.copyOf(folders);
    }
}
