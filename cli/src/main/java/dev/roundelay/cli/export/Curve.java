package dev.roundelay.cli.export;

import java.time.Instant;
import java.util.List;

/// One metric of one run, in the order of `x`.
///
/// @param name   the metric's, with `live/` before it for what the code logged by step
/// @param points by round, counted from 0, or by step
public record Curve(String name, List<Point> points) {
    public Curve {
        points = List.copyOf(points);
    }

    /// A value at a round or step.
    public record Point(long x, double value, Instant time) {}
}
