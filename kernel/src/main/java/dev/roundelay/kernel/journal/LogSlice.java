package dev.roundelay.kernel.journal;

import java.util.List;

/// A page of lines.
///
/// @param next `after` of the next page: the last `seq` looked at
public record LogSlice(List<Line> lines, long next) {
    public LogSlice {
        lines = List.copyOf(lines);
    }
}
