package dev.roundelay.federation.output;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.metric.RoundMetrics;
import dev.roundelay.federation.round.RoundState;
import dev.roundelay.kernel.job.Job;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/// `metrics.csv`, one row a committed round, and `metrics_by_site.csv`, one row a site and round. Columns after the
/// fixed ones are metrics in the order of their names; a metric that is missing leaves its cell empty.
public final class MetricsTables {
    private MetricsTables() {}

    /// Writes `round,started_at,seconds,sites,samples,` and a column a metric.
    public static void writeGlobal(List<RoundRecord> history, Writer out) throws IOException {
        List<RoundRecord> rounds = committed(history);
        SortedSet<String> names = names(rounds.stream().map(RoundMetrics::of).toList());
        out.write(Csv.line(withNames(List.of("round", "started_at", "seconds", "sites", "samples"), names)));
        for (RoundRecord round : rounds) {
            List<String> fixed = List.of(
                    Integer.toString(round.number()),
                    round.openedAt().toString(),
                    seconds(round.openedAt(), round.committedAt() == null ? round.openedAt() : round.committedAt()),
                    Integer.toString(round.members().size()),
                    Long.toString(round.samples()));
            out.write(Csv.line(withValues(fixed, names, RoundMetrics.of(round))));
        }
    }

    /// Writes `round,site,attempt,started_at,seconds,samples,` and a column a metric.
    public static void writeBySite(List<RoundRecord> history, Writer out) throws IOException {
        List<RoundRecord> rounds = committed(history);
        var all = new ArrayList<Map<String, Double>>();
        for (RoundRecord round : rounds) {
            round.contributions().forEach(site -> all.add(RoundMetrics.of(round, site.shard())));
        }
        SortedSet<String> names = names(all);
        out.write(Csv.line(withNames(List.of("round", "site", "attempt", "started_at", "seconds", "samples"), names)));
        for (RoundRecord round : rounds) {
            for (Contribution site : round.contributions()) {
                List<String> fixed = List.of(
                        Integer.toString(round.number()),
                        Job.site(site.shard()),
                        Integer.toString(site.attempt()),
                        site.startedAt().toString(),
                        decimal(site.seconds()),
                        Long.toString(site.samples()));
                out.write(Csv.line(withValues(fixed, names, RoundMetrics.of(round, site.shard()))));
            }
        }
    }

    private static List<RoundRecord> committed(List<RoundRecord> history) {
        return history.stream()
                .filter(round -> round.state() == RoundState.COMMITTED)
                .toList();
    }

    private static SortedSet<String> names(Collection<Map<String, Double>> metrics) {
        var names = new TreeSet<String>();
        metrics.forEach(some -> names.addAll(some.keySet()));
        return names;
    }

    private static List<String> withNames(List<String> fixed, SortedSet<String> names) {
        var cells = new ArrayList<>(fixed);
        cells.addAll(names);
        return cells;
    }

    private static List<String> withValues(List<String> fixed, SortedSet<String> names, Map<String, Double> values) {
        var cells = new ArrayList<>(fixed);
        for (String name : names) {
            Double value = values.get(name);
            cells.add(value == null ? "" : Double.toString(value));
        }
        return cells;
    }

    private static String seconds(Instant from, Instant to) {
        return decimal(Duration.between(from, to).toNanos() / 1e9);
    }

    private static String decimal(double seconds) {
        return String.format(Locale.ROOT, "%.3f", seconds);
    }
}
