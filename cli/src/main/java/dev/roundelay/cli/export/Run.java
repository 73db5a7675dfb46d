package dev.roundelay.cli.export;

import dev.roundelay.contract.job.MetricPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// The curves of a job as a whole, or of one site.
///
/// @param name `global` or the site's, such as `site-1`
public record Run(String name, List<Curve> curves) {
    /// The name of the run with a job's global metrics.
    public static final String GLOBAL = "global";

    private static final Comparator<String> BY_NAME = Comparator.comparing((String name) -> !name.equals(GLOBAL))
            .thenComparing(Run::padded)
            .thenComparing(Comparator.naturalOrder());
    private static final Comparator<MetricPoint> IN_ORDER =
            Comparator.comparing(Run::roundOf).thenComparing(point -> point.step() == null ? -1 : point.step());

    public Run {
        curves = List.copyOf(curves);
    }

    /// Sorts metric points into runs: the global one first, also if it is empty, then the sites by natural order.
    public static List<Run> of(List<MetricPoint> points) {
        Map<String, Map<String, List<MetricPoint>>> runs = new TreeMap<>(BY_NAME);
        runs.put(GLOBAL, new TreeMap<>());
        for (MetricPoint point : points) {
            runs.computeIfAbsent(Objects.requireNonNullElse(point.site(), GLOBAL), _ -> new TreeMap<>())
                    .computeIfAbsent(curveName(point), _ -> new ArrayList<>())
                    .add(point);
        }
        List<Run> result = new ArrayList<>();
        runs.forEach((name, curves) -> result.add(new Run(
                name,
                curves.entrySet().stream()
                        .map(curve -> curve(curve.getKey(), curve.getValue()))
                        .toList())));
        return List.copyOf(result);
    }

    boolean isGlobal() {
        return name.equals(GLOBAL);
    }

    // A name may be a live metric and a value of the round as well: those are two curves.
    private static String curveName(MetricPoint point) {
        return point.step() == null ? point.name() : "live/" + point.name();
    }

    private static Curve curve(String name, List<MetricPoint> points) {
        List<MetricPoint> sorted = points.stream().sorted(IN_ORDER).toList();
        List<Curve.Point> placed = new ArrayList<>();
        long shift = 0;
        MetricPoint before = null;
        for (MetricPoint point : sorted) {
            long x = point.step() == null ? roundOf(point) : point.step();
            // Code that counts its steps anew in each round gives one curve all the same.
            if (before != null && roundOf(before) < roundOf(point)) {
                long last = placed.getLast().x();
                shift = x + shift > last ? shift : last + 1 - Math.min(x, 1);
            }
            placed.add(new Curve.Point(x + shift, point.value(), point.time()));
            before = point;
        }
        return new Curve(name, placed);
    }

    private static int roundOf(MetricPoint point) {
        return point.round() == null ? 0 : point.round();
    }

    // site-2 before site-10.
    private static String padded(String name) {
        return name.replaceAll("(\\d+)", "0000000000$1").replaceAll("0*(\\d{10})", "$1");
    }
}
