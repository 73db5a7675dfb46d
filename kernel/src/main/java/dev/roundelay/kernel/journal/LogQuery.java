package dev.roundelay.kernel.journal;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which lines.
///
/// @param levels empty for all
/// @param text   case-insensitive part of the message
/// @param after  lines with a larger `seq`
/// @param limit  at most so many lines
/// @param scan   at most so many lines are looked at
public record LogQuery(
        @Nullable String site, Set<String> levels, @Nullable String text, long after, int limit, int scan) {
    /// A search looks at no more lines in one request.
    public static final int MAX_SCAN = 50_000;

    public LogQuery {
        levels = Set.copyOf(levels);
    }
}
