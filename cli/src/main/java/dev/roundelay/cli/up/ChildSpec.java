package dev.roundelay.cli.up;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A program that is to run all the time.
///
/// @param name        shown to people, and the name of its log
/// @param command     program and arguments
/// @param environment everything it sees
/// @param log         where its output goes
record ChildSpec(String name, List<String> command, Map<String, String> environment, Path log) {
    ChildSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
