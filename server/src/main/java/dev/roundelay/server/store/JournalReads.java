package dev.roundelay.server.store;

import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Entry;
import dev.roundelay.kernel.journal.Line;
import dev.roundelay.kernel.journal.LogQuery;
import dev.roundelay.kernel.journal.LogSlice;
import dev.roundelay.kernel.journal.MetricQuery;
import dev.roundelay.kernel.journal.Point;
import dev.roundelay.kernel.journal.Warning;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/// The queries of [JdbcJobJournal].
final class JournalReads {
    private static final int FETCH_SIZE = 2_000;
    private static final String LINE = "seq, time, site, source, level, round, attempt, message";
    private static final String POINT = "seq, time, name, site, round, step, value";

    private final Jdbi jdbi;

    JournalReads(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /// Filters in Java over a bounded scan: one index serves every filter, and no search can hold the database long.
    LogSlice logs(JobId job, LogQuery query) {
        boolean filtered = query.text() != null || !query.levels().isEmpty();
        int looked = filtered ? query.scan() : Math.min(query.limit(), query.scan());
        List<Line> scanned = jdbi.withHandle(handle -> handle.createQuery("select " + LINE + " from job_log"
                        + " where job_id = :job and seq > :after"
                        + (query.site() == null ? "" : " and site = :site")
                        + " order by seq limit :limit")
                .bind("job", job.value())
                .bind("after", query.after())
                .bind("limit", looked)
                .bindMap(query.site() == null ? java.util.Map.of() : java.util.Map.of("site", query.site()))
                .map((row, _) -> line(row))
                .list());
        List<Line> found = new ArrayList<>();
        long next = query.after();
        for (Line line : scanned) {
            if (found.size() == query.limit()) {
                break;
            }
            next = line.seq();
            if (matches(line, query)) {
                found.add(line);
            }
        }
        return new LogSlice(found, next);
    }

    private static boolean matches(Line line, LogQuery query) {
        String text = query.text();
        return (query.levels().isEmpty() || query.levels().contains(line.level()))
                && (text == null || line.message().toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT)));
    }

    List<Line> tail(JobId job, String site, int count) {
        return jdbi.withHandle(handle -> handle.createQuery("select " + LINE
                                + " from job_log where job_id = ? and site = ? order by seq desc limit ?")
                        .bind(0, job.value())
                        .bind(1, site)
                        .bind(2, count)
                        .map((row, _) -> line(row))
                        .list())
                .reversed();
    }

    void forEachLine(JobId job, Consumer<Line> consumer) {
        // A cursor needs a transaction; without one the driver would hold the whole log in memory.
        jdbi.useTransaction(handle -> {
            try (Stream<Line> lines = handle
                    .createQuery("select " + LINE + " from job_log where job_id = ? order by seq")
                    .setFetchSize(FETCH_SIZE)
                    .bind(0, job.value())
                    .map((row, _) -> line(row))
                    .stream()) {
                lines.forEach(consumer);
            }
        });
    }

    List<Point> metrics(JobId job, MetricQuery query) {
        return jdbi.withHandle(handle -> handle.createQuery("select " + POINT + """
                         from (select *, row_number() over series as place, count(*) over (partition by name, site) as points
                              from job_metric
                              where job_id = :job and (:anyName or name = any(:names)) and (:anySite or site = :site)
                              window series as (partition by name, site order by round nulls first, step nulls first, seq)
                             ) as placed
                        where points <= :max or place = points or (place - 1) % ((points + :max - 1) / :max) = 0
                        order by name, site nulls first, round nulls first, step nulls first, seq
                        """)
                .bind("job", job.value())
                .bind("anyName", query.names().isEmpty())
                .bind("names", query.names().toArray(new String[0]))
                .bind("anySite", query.site() == null)
                .bind("site", query.site())
                .bind("max", Math.max(2, query.maxPoints()))
                .map((row, _) -> point(row))
                .list());
    }

    List<Warning> warnings(JobId job) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select code, message, site, round, count from job_warning where job_id = ? order by seq")
                .bind(0, job.value())
                .map((row, _) -> new Warning(
                        row.getString("code"),
                        row.getString("message"),
                        row.getString("site"),
                        row.getObject("round", Integer.class),
                        row.getInt("count")))
                .list());
    }

    List<Entry> after(JobId job, long seq, int limit) {
        // INVARIANT: all three are read as of one moment. Else a line that is committed after the first of them, and an
        // event after it, would be read as the event alone, and the reader go on after that.
        return jdbi.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, handle -> {
            // Each kind is cut at the limit, so the union holds at least the first `limit` of all kinds.
            List<Entry> entries = new ArrayList<>();
            entries.addAll(linesAfter(handle, job, seq, limit));
            entries.addAll(pointsAfter(handle, job, seq, limit));
            entries.addAll(eventsAfter(handle, job, seq, limit));
            entries.sort(Comparator.comparingLong(Entry::seq));
            return List.copyOf(entries.subList(0, Math.min(limit, entries.size())));
        });
    }

    private static List<Entry> linesAfter(Handle handle, JobId job, long seq, int limit) {
        return handle.createQuery("select " + LINE + " from job_log where job_id = ? and seq > ? order by seq limit ?")
                .bind(0, job.value())
                .bind(1, seq)
                .bind(2, limit)
                .map((row, _) -> (Entry) new Entry.Logged(line(row)))
                .list();
    }

    private static List<Entry> pointsAfter(Handle handle, JobId job, long seq, int limit) {
        return handle.createQuery(
                        "select " + POINT + " from job_metric where job_id = ? and seq > ? order by seq limit ?")
                .bind(0, job.value())
                .bind(1, seq)
                .bind(2, limit)
                .map((row, _) -> (Entry) new Entry.Measured(point(row)))
                .list();
    }

    private static List<Entry> eventsAfter(Handle handle, JobId job, long seq, int limit) {
        return handle.createQuery("select seq, time, kind, data::text as data from job_event"
                        + " where job_id = ? and seq > ? order by seq limit ?")
                .bind(0, job.value())
                .bind(1, seq)
                .bind(2, limit)
                .map((row, _) -> (Entry) new Entry.Happened(
                        row.getLong("seq"),
                        row.getObject("time", OffsetDateTime.class).toInstant(),
                        row.getString("kind"),
                        row.getString("data")))
                .list();
    }

    long lastSeq(JobId job) {
        return jdbi.withHandle(handle -> handle.createQuery("select seq from job_counter where job_id = ?")
                .bind(0, job.value())
                .mapTo(Long.class)
                .findOne()
                .orElse(0L));
    }

    private static Line line(ResultSet row) throws SQLException {
        return new Line(
                row.getLong("seq"),
                row.getObject("time", OffsetDateTime.class).toInstant(),
                row.getString("site"),
                row.getString("source"),
                row.getString("level"),
                row.getObject("round", Integer.class),
                row.getObject("attempt", Integer.class),
                row.getString("message"));
    }

    private static Point point(ResultSet row) throws SQLException {
        return new Point(
                row.getLong("seq"),
                row.getObject("time", OffsetDateTime.class).toInstant(),
                row.getString("name"),
                row.getString("site"),
                row.getObject("round", Integer.class),
                row.getObject("step", Long.class),
                row.getDouble("value"));
    }
}
