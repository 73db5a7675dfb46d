package dev.roundelay.worker.config;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Mirrors every option `--some-name` as the variable `ROUNDELAY_SOME_NAME`; the option wins.
public final class EnvironmentDefaults implements IDefaultValueProvider {
    private final Map<String, String> environment;

    /// Makes the mirror of these variables.
    public EnvironmentDefaults(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public @Nullable String defaultValue(ArgSpec spec) {
        return spec instanceof OptionSpec option ? environment.get(variable(option.longestName())) : null;
    }

    private static String variable(String option) {
        return "ROUNDELAY_" + option.replaceFirst("^-+", "").replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
