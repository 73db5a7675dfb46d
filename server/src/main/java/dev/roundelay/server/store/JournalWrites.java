package dev.roundelay.server.store;

import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Author;
import dev.roundelay.kernel.journal.JournalLimits;
import dev.roundelay.kernel.journal.MetricNames;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.kernel.journal.Report;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/// What one transaction adds to the journal of a job. It holds the lock of the job's counter row, from which each entry
/// takes its `seq`. For one thread.
final class JournalWrites {
    private static final Pattern ESCAPED_NUL = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000");

    private record Counter(long seq, long logCharacters, long points) {}

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

    private final Handle handle;
    private final String job;
    private final JournalLimits limits;
    private final PreparedBatch logs;
    /// Read when the first metric comes.
    private @Nullable Set<String> metricNames;

    private long seq;
    private long logCharacters;
    private long points;

    private JournalWrites(Handle handle, String job, JournalLimits limits, Counter counter) {
        this.handle = handle;
        this.job = job;
        this.limits = limits;
        this.seq = counter.seq();
        this.logCharacters = counter.logCharacters();
        this.points = counter.points();
        this.logs = handle.prepareBatch("""
                insert into job_log (job_id, seq, time, site, source, level, round, attempt, message)
                values (:job, :seq, :time, :site, :source, :level, :round, :attempt, :message)
                """);
    }

    /// Locks the job's counter row, so that writers of one job take turns.
    static JournalWrites lock(Handle handle, JobId job, JournalLimits limits) {
        Counter counter = handle.createQuery(
                        "select seq, log_characters, points from job_counter where job_id = ? for update")
                .bind(0, job.value())
                .map((row, _) -> new Counter(row.getLong("seq"), row.getLong("log_characters"), row.getLong("points")))
                .findOne()
                .orElseThrow(
                        () -> new IllegalStateException("[%s] has no journal: no such job".formatted(job.value())));
        return new JournalWrites(handle, job.value(), limits, counter);
    }

    void add(Author author, Report report) {
        seq++;
        switch (report) {
            case Report.Log _
            when logCharacters >= limits.logCharacters() ->
                warn(new WarningRow("log_cut", limits.logFull(), report.siteOr(author), null));
            case Report.Log log ->
                log(new LogRow(
                        log.time(),
                        report.siteOr(author),
                        log.source(),
                        log.level(),
                        log.round(),
                        author.attempt(),
                        log.message()));
            case Report.Metric metric ->
                measure(new MetricRow(
                        metric.time(),
                        metric.name(),
                        report.siteOr(author),
                        metric.round(),
                        metric.step(),
                        metric.value()));
            case Report.Warn warn ->
                warn(new WarningRow(warn.code(), warn.message(), report.siteOr(author), warn.round()));
        }
    }

    void add(Note note) {
        seq++;
        switch (note) {
            case Note.Log log ->
                log(new LogRow(log.time(), log.site(), "server", log.level(), log.round(), null, log.message()));
            case Note.Metric metric ->
                measure(new MetricRow(
                        metric.time(), metric.name(), metric.site(), metric.round(), null, metric.value()));
            case Note.Warn warn -> warn(new WarningRow(warn.code(), warn.message(), warn.site(), warn.round()));
            case Note.Event event ->
                handle.execute(
                        "insert into job_event (job_id, seq, time, kind, data) values (?, ?, ?, ?, ?::jsonb)",
                        job,
                        seq,
                        event.time(),
                        event.kind(),
                        storableJson(event.json()));
        }
    }

    /// Writes what is left, and the counter.
    void finish() {
        if (logs.size() > 0) {
            logs.execute();
        }
        handle.execute(
                "update job_counter set seq = ?, log_characters = ?, points = ? where job_id = ?",
                seq,
                logCharacters,
                points,
                job);
    }

    private void log(LogRow log) {
        logCharacters += log.message().length();
        logs.bind("job", job)
                .bind("seq", seq)
                .bind("time", log.time())
                .bind("site", log.site())
                .bind("source", log.source())
                .bind("level", log.level())
                .bind("round", log.round())
                .bind("attempt", log.attempt())
                .bind("message", storable(log.message()))
                .add();
    }

    private void measure(MetricRow metric) {
        if (!MetricNames.isValid(metric.name()) || !Double.isFinite(metric.value())) {
            warn(new WarningRow(
                    "metric_dropped",
                    "[metric] a metric with the name \"%s\" and value %s was dropped; use a name of letters, digits, _ . / - and a finite number"
                            .formatted(shorten(metric.name()), metric.value()),
                    metric.site(),
                    null));
            return;
        }
        if (points >= limits.metricPoints() || !hasName(metric.name())) {
            warn(new WarningRow("too_many_metrics", limits.tooManyMetrics(), metric.site(), null));
            return;
        }
        points++;
        handle.createUpdate("""
                        insert into job_metric (job_id, seq, time, name, site, round, step, value)
                        values (:job, :seq, :time, :name, :site, :round, :step, :value)
                        on conflict (job_id, name, site, round, step)
                        do update set seq = excluded.seq, time = excluded.time, value = excluded.value
                        """)
                .bind("job", job)
                .bind("seq", seq)
                .bind("time", metric.time())
                .bind("name", metric.name())
                .bind("site", metric.site())
                .bind("round", metric.round())
                .bind("step", metric.step())
                .bind("value", metric.value())
                .execute();
    }

    /// Returns whether the job has a metric of this name, or may have one more.
    private boolean hasName(String name) {
        Set<String> known = metricNames;
        if (known == null) {
            known = new HashSet<>(handle.createQuery("select name from job_metric_name where job_id = ?")
                    .bind(0, job)
                    .mapTo(String.class)
                    .list());
            metricNames = known;
        }
        if (known.contains(name)) {
            return true;
        }
        if (known.size() >= limits.metricNames()) {
            return false;
        }
        handle.execute("insert into job_metric_name (job_id, name) values (?, ?)", job, name);
        return known.add(name);
    }

    private void warn(WarningRow warning) {
        handle.createUpdate("""
                        insert into job_warning (job_id, seq, code, message, site, round, count)
                        values (:job, :seq, :code, :message, :site, :round, 1)
                        on conflict (job_id, code, site, round)
                        do update set count = job_warning.count + 1, message = excluded.message
                        """)
                .bind("job", job)
                .bind("seq", seq)
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
}
