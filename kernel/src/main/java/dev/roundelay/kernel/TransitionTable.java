package dev.roundelay.kernel;

import java.util.List;
import java.util.Optional;

/// An immutable table from -> event -> to.
///
/// @param machine what moves, in words, such as `job`
/// @param rows    at most one for each state and event
public record TransitionTable<S extends Enum<S>, E extends Enum<E>>(String machine, List<Row<S, E>> rows) {
    /// One allowed move.
    ///
    /// @param when what makes it happen, for the documentation
    public record Row<S extends Enum<S>, E extends Enum<E>>(S from, E event, S to, String when) {}

    public TransitionTable {
        rows = List.copyOf(rows);
        long distinct = rows.stream()
                .map(row -> row.from() + " " + row.event())
                .distinct()
                .count();
        if (distinct != rows.size()) {
            throw new IllegalArgumentException("[" + machine + "] has two rows for one state and event");
        }
    }

    /// Returns the state after the event; empty if it cannot happen in that state.
    public Optional<S> find(S from, E event) {
        return rows.stream()
                .filter(row -> row.from() == from && row.event() == event)
                .map(Row::to)
                .findFirst();
    }

    /// Returns the state after the event.
    ///
    /// @throws IllegalStateException if the event cannot happen in that state: a bug of the caller
    public S next(S from, E event, String id) {
        return find(from, event)
                .orElseThrow(() -> new IllegalStateException(machine + " " + id + " cannot " + event + " from " + from
                        + "; allowed there: " + allowed(from)));
    }

    private String allowed(S from) {
        List<String> events = rows.stream()
                .filter(row -> row.from() == from)
                .map(row -> row.event().toString())
                .toList();
        return events.isEmpty() ? "nothing" : String.join(", ", events);
    }
}
