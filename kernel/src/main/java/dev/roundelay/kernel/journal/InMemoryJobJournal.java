package dev.roundelay.kernel.journal;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.job.JobId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A journal in memory, for simulations. It keeps the same rules as the real one but for epochs, which it ignores.
public final class InMemoryJobJournal implements JobJournal {
    private record Series(
            String name,
            @Nullable String site,
            @Nullable Integer round,
            @Nullable Long step) {}

    private record WarningKey(
            String code, @Nullable String site, @Nullable Integer round) {}

    private static final class Volume {
        private final TreeMap<Long, Entry> entries = new TreeMap<>();
        private final Map<Series, Long> points = new HashMap<>();
        private final Map<WarningKey, Warning> warnings = new LinkedHashMap<>();
        private final Set<String> names = new HashSet<>();
        private long seq;
        private long logCharacters;
        private long measured;
    }

    private final JournalLimits limits;
    private final Map<JobId, Volume> volumes = new HashMap<>();
    private final Map<Author, Long> marks = new HashMap<>();

    /// Creates an empty journal with the limits of production.
    public InMemoryJobJournal() {
        this(JournalLimits.DEFAULT);
    }

    /// Creates an empty journal.
    public InMemoryJobJournal(JournalLimits limits) {
        this.limits = limits;
    }

    @Override
    public synchronized long append(Epoch epoch, JobId job, Author author, List<Report> entries) {
        Volume volume = volume(job);
        long mark = mark(author);
        for (Report report : entries) {
            if (report.n() <= mark) {
                continue;
            }
            mark = report.n();
            switch (report) {
                case Report.Log _
                when volume.logCharacters >= limits.logCharacters() ->
                    warn(volume, new Warning("log_cut", limits.logFull(), report.siteOr(author), null, 1));
                case Report.Log log -> {
                    volume.logCharacters += log.message().length();
                    put(
                            volume,
                            new Entry.Logged(new Line(
                                    ++volume.seq,
                                    log.time(),
                                    report.siteOr(author),
                                    log.source(),
                                    log.level(),
                                    log.round(),
                                    author.attempt(),
                                    log.message())));
                }
                case Report.Metric metric ->
                    measure(
                            volume,
                            new Series(metric.name(), report.siteOr(author), metric.round(), metric.step()),
                            new Point(
                                    ++volume.seq,
                                    metric.time(),
                                    metric.name(),
                                    report.siteOr(author),
                                    metric.round(),
                                    metric.step(),
                                    metric.value()));
                case Report.Warn warn ->
                    warn(volume, new Warning(warn.code(), warn.message(), report.siteOr(author), warn.round(), 1));
            }
        }
        marks.put(author, mark);
        return mark;
    }

    @Override
    public synchronized void record(Epoch epoch, JobId job, List<Note> notes) {
        Volume volume = volume(job);
        for (Note note : notes) {
            switch (note) {
                case Note.Log log ->
                    put(
                            volume,
                            new Entry.Logged(new Line(
                                    ++volume.seq,
                                    log.time(),
                                    log.site(),
                                    "server",
                                    log.level(),
                                    log.round(),
                                    null,
                                    log.message())));
                case Note.Metric metric ->
                    measure(
                            volume,
                            new Series(metric.name(), metric.site(), metric.round(), null),
                            new Point(
                                    ++volume.seq,
                                    metric.time(),
                                    metric.name(),
                                    metric.site(),
                                    metric.round(),
                                    null,
                                    metric.value()));
                case Note.Warn warn ->
                    warn(volume, new Warning(warn.code(), warn.message(), warn.site(), warn.round(), 1));
                case Note.Event event ->
                    put(volume, new Entry.Happened(++volume.seq, event.time(), event.kind(), event.json()));
            }
        }
    }

    @Override
    public synchronized long mark(Author author) {
        return marks.getOrDefault(author, 0L);
    }

    @Override
    public synchronized LogSlice logs(JobId job, LogQuery query) {
        List<Line> found = new ArrayList<>();
        long next = query.after();
        int looked = 0;
        for (Line line : lines(job)) {
            if (line.seq() <= query.after()) {
                continue;
            }
            if (found.size() == query.limit() || looked == query.scan()) {
                break;
            }
            looked++;
            next = line.seq();
            if (matches(line, query)) {
                found.add(line);
            }
        }
        return new LogSlice(found, next);
    }

    private static boolean matches(Line line, LogQuery query) {
        return (query.site() == null || query.site().equals(line.site()))
                && (query.levels().isEmpty() || query.levels().contains(line.level()))
                && (query.text() == null
                        || line.message()
                                .toLowerCase(Locale.ROOT)
                                .contains(query.text().toLowerCase(Locale.ROOT)));
    }

    @Override
    public synchronized List<Line> tail(JobId job, String site, int count) {
        List<Line> all =
                lines(job).stream().filter(line -> site.equals(line.site())).toList();
        return all.subList(Math.max(0, all.size() - count), all.size());
    }

    @Override
    public void forEachLine(JobId job, Consumer<Line> consumer) {
        lines(job).forEach(consumer);
    }

    @Override
    public synchronized List<Point> metrics(JobId job, MetricQuery query) {
        Map<Series, List<Point>> series = new LinkedHashMap<>();
        volume(job).entries.values().stream()
                .filter(Entry.Measured.class::isInstance)
                .map(entry -> ((Entry.Measured) entry).point())
                .filter(point -> query.names().isEmpty() || query.names().contains(point.name()))
                .filter(point -> query.site() == null || Objects.equals(query.site(), point.site()))
                .sorted(Comparator.comparing(Point::name)
                        .thenComparing(point -> point.round() == null ? -1 : point.round())
                        .thenComparing(point -> point.step() == null ? -1 : point.step())
                        .thenComparing(Point::seq))
                .forEach(point -> series.computeIfAbsent(
                                new Series(point.name(), point.site(), null, null), _ -> new ArrayList<>())
                        .add(point));
        return series.values().stream()
                .flatMap(points -> thinned(points, Math.max(2, query.maxPoints())).stream())
                .toList();
    }

    private static List<Point> thinned(List<Point> points, int max) {
        int every = Math.ceilDiv(points.size(), max);
        return IntStream.range(0, points.size())
                .filter(i -> i % every == 0 || i == points.size() - 1)
                .mapToObj(points::get)
                .toList();
    }

    @Override
    public synchronized List<Warning> warnings(JobId job) {
        return List.copyOf(volume(job).warnings.values());
    }

    @Override
    public synchronized List<Entry> after(JobId job, long seq, int limit) {
        return volume(job).entries.tailMap(seq, false).values().stream()
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized long lastSeq(JobId job) {
        return volume(job).seq;
    }

    private synchronized List<Line> lines(JobId job) {
        return volume(job).entries.values().stream()
                .filter(Entry.Logged.class::isInstance)
                .map(entry -> ((Entry.Logged) entry).line())
                .toList();
    }

    private Volume volume(JobId job) {
        return volumes.computeIfAbsent(job, _ -> new Volume());
    }

    private static void put(Volume volume, Entry entry) {
        volume.entries.put(entry.seq(), entry);
    }

    private void measure(Volume volume, Series series, Point point) {
        if (!MetricNames.isValid(point.name()) || !Double.isFinite(point.value())) {
            warn(volume, new Warning("metric_dropped", "[metric] it was dropped", point.site(), null, 1));
            return;
        }
        boolean hasName = volume.names.contains(point.name()) || volume.names.size() < limits.metricNames();
        if (volume.measured >= limits.metricPoints() || !hasName) {
            warn(volume, new Warning("too_many_metrics", limits.tooManyMetrics(), point.site(), null, 1));
            return;
        }
        volume.measured++;
        volume.names.add(point.name());
        Long former = volume.points.put(series, point.seq());
        if (former != null) {
            volume.entries.remove(former);
        }
        put(volume, new Entry.Measured(point));
    }

    private static void warn(Volume volume, Warning warning) {
        volume.warnings.merge(
                new WarningKey(warning.code(), warning.site(), warning.round()),
                warning,
                (old, fresh) -> new Warning(
                        fresh.code(), fresh.message(), fresh.site(), fresh.round(), old.count() + fresh.count()));
    }
}
