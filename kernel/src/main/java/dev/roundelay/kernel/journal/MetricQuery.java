package dev.roundelay.kernel.journal;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which points: all names when empty; one site, or all scopes when null.
///
/// @param maxPoints per series (name and site); longer series are thinned evenly, first and last kept
public record MetricQuery(Set<String> names, @Nullable String site, int maxPoints) {
    public MetricQuery {
        names = Set.copyOf(names);
    }
}
