package dev.roundelay.server.store;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Author;
import dev.roundelay.kernel.journal.Entry;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.kernel.journal.JournalLimits;
import dev.roundelay.kernel.journal.Line;
import dev.roundelay.kernel.journal.LogQuery;
import dev.roundelay.kernel.journal.LogSlice;
import dev.roundelay.kernel.journal.MetricNames;
import dev.roundelay.kernel.journal.MetricQuery;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.kernel.journal.Point;
import dev.roundelay.kernel.journal.Report;
import dev.roundelay.kernel.journal.Warning;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/// The journal in PostgreSQL. One transaction a call: it locks the job's counter row, takes the next range of `seq`,
/// stores, and raises the attempt's high-water mark.
public final class JdbcJobJournal implements JobJournal {
    private record LogRow(
            Instant time,
            @Nullable String site,
            String source,
            String level,
            @Nullable Integer round,
            @Nullable Integer attempt,
            String message) {}

    private record MetricRow(
            Instant time,
            String name,
            @Nullable String site,
            @Nullable Integer round,
            @Nullable Long step,
            double value) {}

    private record WarningRow(
            String code,
            String message,
            @Nullable String site,
            @Nullable Integer round) {}

    private record EventRow(Instant time, String kind, String json) {}

    /// What a job has so far: its row is locked.
    private static final class Volume {
        private final String job;
        private long seq;
        private long logCharacters;
        private long points;

        private Volume(String job, long seq, long logCharacters, long points) {
            this.job = job;
            this.seq = seq;
            this.logCharacters = logCharacters;
            this.points = points;
        }
    }

    private static final Pattern ESCAPED_NUL = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000");

    private final Jdbi jdbi;
    private final JournalReads reads;
    private final Consumer<JobId> written;
    private final JournalLimits limits;

    /// @param written told of each job about which something was written here, after it is durable
    public JdbcJobJournal(Jdbi jdbi, Consumer<JobId> written) {
        this(jdbi, written, JournalLimits.DEFAULT);
    }

    /// @param written told of each job about which something was written here, after it is durable
    public JdbcJobJournal(Jdbi jdbi, Consumer<JobId> written, JournalLimits limits) {
        this.jdbi = jdbi;
        this.written = written;
        this.limits = limits;
        this.reads = new JournalReads(jdbi);
    }

    @Override
    public long append(Epoch epoch, JobId job, Author author, List<Report> entries) {
        long reached = jdbi.inTransaction(handle -> {
            EpochGuard.require(handle, epoch);
            // INVARIANT: the counter row is locked before the mark is read, so two calls of one attempt take turns.
            Volume volume = lockVolume(handle, job);
            long mark = markOf(handle, author);
            List<Object> rows = new ArrayList<>();
            for (Report report : entries) {
                if (report.n() > mark) {
                    mark = report.n();
                    rows.add(row(author, report));
                }
            }
            store(handle, volume, limits, rows);
            handle.execute("""
                    insert into job_log_mark (job_id, assignment_id, attempt, mark) values (?, ?, ?, ?)
                    on conflict (assignment_id, attempt) do update set mark = excluded.mark
                    """, job.value(), author.assignment().value(), author.attempt(), mark);
            return mark;
        });
        written.accept(job);
        return reached;
    }

    @Override
    public void record(Epoch epoch, JobId job, List<Note> notes) {
        jdbi.useTransaction(handle -> {
            EpochGuard.require(handle, epoch);
            write(handle, job, notes);
        });
        written.accept(job);
    }

    /// Stores notes within a transaction of another store, which has checked the epoch.
    static void write(Handle handle, JobId job, List<Note> notes) {
        if (!notes.isEmpty()) {
            store(
                    handle,
                    lockVolume(handle, job),
                    JournalLimits.DEFAULT,
                    notes.stream().map(JdbcJobJournal::row).toList());
        }
    }

    private static Object row(Author author, Report report) {
        return switch (report) {
            case Report.Log log ->
                new LogRow(
                        log.time(),
                        author.site(),
                        log.source(),
                        log.level(),
                        log.round(),
                        author.attempt(),
                        log.message());
            case Report.Metric metric ->
                new MetricRow(
                        metric.time(), metric.name(), author.site(), metric.round(), metric.step(), metric.value());
            case Report.Warn warn -> new WarningRow(warn.code(), warn.message(), author.site(), warn.round());
        };
    }

    private static Object row(Note note) {
        return switch (note) {
            case Note.Log log ->
                new LogRow(log.time(), log.site(), "server", log.level(), log.round(), null, log.message());
            case Note.Metric metric ->
                new MetricRow(metric.time(), metric.name(), metric.site(), metric.round(), null, metric.value());
            case Note.Warn warn -> new WarningRow(warn.code(), warn.message(), warn.site(), warn.round());
            case Note.Event event -> new EventRow(event.time(), event.kind(), event.json());
        };
    }

    private static Volume lockVolume(Handle handle, JobId job) {
        return handle.createQuery("select seq, log_characters, points from job_counter where job_id = ? for update")
                .bind(0, job.value())
                .map((row, _) -> new Volume(
                        job.value(), row.getLong("seq"), row.getLong("log_characters"), row.getLong("points")))
                .findOne()
                .orElseThrow(
                        () -> new IllegalStateException("[%s] has no journal: no such job".formatted(job.value())));
    }

    private static long markOf(Handle handle, Author author) {
        return handle.createQuery("select mark from job_log_mark where assignment_id = ? and attempt = ?")
                .bind(0, author.assignment().value())
                .bind(1, author.attempt())
                .mapTo(Long.class)
                .findOne()
                .orElse(0L);
    }

    private static void store(Handle handle, Volume volume, JournalLimits limits, List<Object> rows) {
        if (rows.isEmpty()) {
            return;
        }
        PreparedBatch logs = handle.prepareBatch("""
                insert into job_log (job_id, seq, time, site, source, level, round, attempt, message)
                values (:job, :seq, :time, :site, :source, :level, :round, :attempt, :message)
                """);
        for (Object row : rows) {
            volume.seq++;
            switch (row) {
                case LogRow log
                when log.attempt() != null && volume.logCharacters >= limits.logCharacters() ->
                    warn(handle, volume, new WarningRow("log_cut", limits.logFull(), log.site(), null));
                case LogRow log -> {
                    volume.logCharacters += log.message().length();
                    logs.bind("job", volume.job)
                            .bind("seq", volume.seq)
                            .bind("time", log.time())
                            .bind("site", log.site())
                            .bind("source", log.source())
                            .bind("level", log.level())
                            .bind("round", log.round())
                            .bind("attempt", log.attempt())
                            .bind("message", storable(log.message()))
                            .add();
                }
                case MetricRow metric -> measure(handle, volume, limits, metric);
                case WarningRow warning -> warn(handle, volume, warning);
                case EventRow event ->
                    handle.execute(
                            "insert into job_event (job_id, seq, time, kind, data) values (?, ?, ?, ?, ?::jsonb)",
                            volume.job,
                            volume.seq,
                            event.time(),
                            event.kind(),
                            storableJson(event.json()));
                default -> throw new IllegalStateException("a row of no known kind: " + row);
            }
        }
        if (logs.size() > 0) {
            logs.execute();
        }
        handle.execute(
                "update job_counter set seq = ?, log_characters = ?, points = ? where job_id = ?",
                volume.seq,
                volume.logCharacters,
                volume.points,
                volume.job);
    }

    private static void measure(Handle handle, Volume volume, JournalLimits limits, MetricRow metric) {
        if (!MetricNames.isValid(metric.name()) || !Double.isFinite(metric.value())) {
            warn(
                    handle,
                    volume,
                    new WarningRow(
                            "metric_dropped",
                            "[metric] a metric with the name \"%s\" and value %s was dropped; use a name of letters, digits, _ . / - and a finite number"
                                    .formatted(shorten(metric.name()), metric.value()),
                            metric.site(),
                            null));
            return;
        }
        if (volume.points >= limits.metricPoints() || !hasName(handle, volume, limits, metric.name())) {
            warn(handle, volume, new WarningRow("too_many_metrics", limits.tooManyMetrics(), metric.site(), null));
            return;
        }
        volume.points++;
        handle.createUpdate("""
                        insert into job_metric (job_id, seq, time, name, site, round, step, value)
                        values (:job, :seq, :time, :name, :site, :round, :step, :value)
                        on conflict (job_id, name, site, round, step)
                        do update set seq = excluded.seq, time = excluded.time, value = excluded.value
                        """)
                .bind("job", volume.job)
                .bind("seq", volume.seq)
                .bind("time", metric.time())
                .bind("name", metric.name())
                .bind("site", metric.site())
                .bind("round", metric.round())
                .bind("step", metric.step())
                .bind("value", metric.value())
                .execute();
    }

    /// Returns whether the job has a metric of this name, or may have one more.
    private static boolean hasName(Handle handle, Volume volume, JournalLimits limits, String name) {
        int known = handle.execute(
                "update job_metric_name set points = points + 1 where job_id = ? and name = ?", volume.job, name);
        if (known == 1) {
            return true;
        }
        return handle.createUpdate("""
                        insert into job_metric_name (job_id, name, points)
                        select :job, :name, 1
                        where (select count(*) < :names from job_metric_name where job_id = :job)
                        on conflict do nothing
                        """)
                        .bind("job", volume.job)
                        .bind("name", name)
                        .bind("names", limits.metricNames())
                        .execute()
                == 1;
    }

    private static void warn(Handle handle, Volume volume, WarningRow warning) {
        handle.createUpdate("""
                        insert into job_warning (job_id, seq, code, message, site, round, count)
                        values (:job, :seq, :code, :message, :site, :round, 1)
                        on conflict (job_id, code, site, round)
                        do update set count = job_warning.count + 1, message = excluded.message
                        """)
                .bind("job", volume.job)
                .bind("seq", volume.seq)
                .bind("code", warning.code())
                .bind("message", storable(warning.message()))
                .bind("site", warning.site())
                .bind("round", warning.round())
                .execute();
    }

    /// PostgreSQL's text cannot hold NUL: it is shown as the replacement character.
    private static String storable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }

    /// Nor can its JSON hold an escaped NUL. An escaped backslash before `u0000` makes none.
    private static String storableJson(String json) {
        return json.contains("\\u0000") ? ESCAPED_NUL.matcher(json).replaceAll("$1\\\\ufffd") : json;
    }

    private static String shorten(String name) {
        return name.length() <= 100 ? name : name.substring(0, 100) + "…";
    }

    @Override
    public long mark(Author author) {
        return jdbi.withHandle(handle -> markOf(handle, author));
    }

    @Override
    public LogSlice logs(JobId job, LogQuery query) {
        return reads.logs(job, query);
    }

    @Override
    public List<Line> tail(JobId job, String site, int count) {
        return reads.tail(job, site, count);
    }

    @Override
    public void forEachLine(JobId job, Consumer<Line> consumer) {
        reads.forEachLine(job, consumer);
    }

    @Override
    public List<Point> metrics(JobId job, MetricQuery query) {
        return reads.metrics(job, query);
    }

    @Override
    public List<Warning> warnings(JobId job) {
        return reads.warnings(job);
    }

    @Override
    public List<Entry> after(JobId job, long seq, int limit) {
        return reads.after(job, seq, limit);
    }

    @Override
    public long lastSeq(JobId job) {
        return reads.lastSeq(job);
    }
}
