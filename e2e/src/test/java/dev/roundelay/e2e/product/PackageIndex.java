package dev.roundelay.e2e.product;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The package index that pip of this machine is told of by its variables, as options of a worker.
public final class PackageIndex {
    private static final Map<String, String> OPTIONS = Map.of(
            "PIP_INDEX_URL", "--index-url",
            "PIP_EXTRA_INDEX_URL", "--extra-index-url",
            "PIP_CERT", "--index-cacert");

    private PackageIndex() {}

    public static List<String> options() {
        List<String> options = new ArrayList<>();
        OPTIONS.forEach((variable, option) -> {
            String value = Objects.requireNonNullElse(System.getenv(variable), "");
            if (!value.isBlank()) {
                options.addAll(List.of(option, value.strip().replaceAll("\\s+", ",")));
            }
        });
        return options;
    }
}
