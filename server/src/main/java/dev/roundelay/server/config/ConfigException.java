package dev.roundelay.server.config;

import java.util.List;

/// A configuration with problems: all of them, each with its option's name.
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<String> problems;

    ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /// Returns one line a problem; never empty.
    public List<String> problems() {
        return problems;
    }
}
