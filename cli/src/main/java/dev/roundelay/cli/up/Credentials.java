package dev.roundelay.cli.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The file `credentials.env` that a server writes at its first start, one `NAME=value` a line.
record Credentials(Map<String, String> values) {
    static Optional<Credentials> read(Path file) {
        try {
            Map<String, String> values = new HashMap<>();
            for (String line : Files.readAllLines(file)) {
                int equals = line.indexOf('=');
                if (equals > 0 && !line.startsWith("#")) {
                    values.put(
                            line.substring(0, equals).strip(),
                            unquoted(line.substring(equals + 1).strip()));
                }
            }
            return Optional.of(new Credentials(Map.copyOf(values)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// Returns one value; empty if the file has none.
    String get(String name) {
        return values.getOrDefault(name, "");
    }

    boolean isComplete() {
        return !get("RESON_BASE_URL").isEmpty()
                && !get("RESON_API_KEY").isEmpty()
                && !get("ROUNDELAY_WORKER_TOKEN").isEmpty();
    }

    @Override
    public String toString() {
        return "Credentials" + values.keySet();
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() > 1
                && (value.charAt(0) == '\'' || value.charAt(0) == '"')
                && value.charAt(0) == value.charAt(value.length() - 1);
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
