package dev.roundelay.worker.config;

import java.util.List;

/// A configuration that cannot be used, with every problem in a line of its own.
public final class ConfigException extends Exception {
    ConfigException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
    }
}
