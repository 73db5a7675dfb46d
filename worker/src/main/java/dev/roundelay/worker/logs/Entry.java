package dev.roundelay.worker.logs;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.roundelay.contract.worker.Events;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One numbered event of an attempt: exactly one of the three is set.
@JsonInclude(JsonInclude.Include.NON_NULL)
record Entry(Events.@Nullable Line line, Events.@Nullable Metric metric, Events.@Nullable Warning warning) {

    private static final int SMALL = 64;

    static Entry of(Events.Line line) {
        return new Entry(line, null, null);
    }

    static Entry of(Events.Metric metric) {
        return new Entry(null, metric, null);
    }

    static Entry of(Events.Warning warning) {
        return new Entry(null, null, warning);
    }

    /// Returns about how many bytes this takes.
    int weight() {
        if (line != null) {
            return SMALL + line.message().length();
        }
        return warning != null ? SMALL + warning.message().length() : SMALL;
    }

    static Events batch(List<Entry> entries) {
        List<Events.Line> lines = new ArrayList<>();
        List<Events.Metric> metrics = new ArrayList<>();
        List<Events.Warning> warnings = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.line != null) {
                lines.add(entry.line);
            }
            if (entry.metric != null) {
                metrics.add(entry.metric);
            }
            if (entry.warning != null) {
                warnings.add(entry.warning);
            }
        }
        return new Events(lines, metrics, warnings);
    }
}
