package dev.roundelay.contract.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A strategy that a job may name in `federation.strategy`.
///
/// @param name       as a job names it
/// @param title      for people
/// @param summary    what it does, in a line
/// @param paper      where the method is from
/// @param parameters what `args` may hold
public record StrategyEntry(String name, String title, String summary, String paper, List<Parameter> parameters) {
    public StrategyEntry {
        parameters = List.copyOf(parameters);
    }

    /// One argument, and its bounds; null where there is none.
    ///
    /// @param type `number` or `integer`
    public record Parameter(
            String name,
            String type,
            double defaultValue,
            @Nullable Double minimum,
            @Nullable Double exclusiveMinimum,
            @Nullable Double maximum,
            @Nullable Double exclusiveMaximum,
            String help) {}
}
