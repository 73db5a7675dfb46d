package dev.roundelay.contract.job;

import java.util.List;

/// A page of log lines.
///
/// @param next the `after` of the next page: the last `seq` looked at
public record LogPage(List<LogLine> items, long next) {
    public LogPage {
        items = List.copyOf(items);
    }
}
