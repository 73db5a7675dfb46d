package dev.roundelay.testkit.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Author;
import dev.roundelay.kernel.journal.Entry;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.kernel.journal.JournalLimits;
import dev.roundelay.kernel.journal.Line;
import dev.roundelay.kernel.journal.LogQuery;
import dev.roundelay.kernel.journal.LogSlice;
import dev.roundelay.kernel.journal.MetricQuery;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.kernel.journal.Point;
import dev.roundelay.kernel.journal.Report;
import dev.roundelay.kernel.journal.Warning;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every [JobJournal] does. A subclass gives one for each test, with the jobs [#ONE] and [#TWO] and nothing
/// written about them.
public abstract class JobJournalContract {
    /// The jobs that must be there.
    protected static final JobId ONE = new JobId("job_one");

    protected static final JobId TWO = new JobId("job_two");

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123456Z");
    private static final Author FIRST = new Author(new AssignmentId("asg_1"), "site-1", 1);
    private static final Author SECOND = new Author(new AssignmentId("asg_2"), "site-2", 1);

    protected abstract JobJournal journal();

    /// Returns the journal of the same jobs with these limits.
    protected abstract JobJournal journal(JournalLimits limits);

    protected abstract Epoch epoch();

    @Test
    void lines_come_back_in_order_with_everything_told() {
        append(ONE, FIRST, new Report.Log(1, NOON, "user", "warning", 3, "Ünïcode \uD83D\uDE00\twith\nlines"));
        journal().record(epoch(), ONE, List.of(new Note.Log(NOON, null, "info", null, "from the server")));

        assertThat(all(ONE))
                .extracting(
                        Line::time, Line::site, Line::source, Line::level, Line::round, Line::attempt, Line::message)
                .containsExactly(
                        tuple(NOON, "site-1", "user", "warning", 3, 1, "Ünïcode \uD83D\uDE00\twith\nlines"),
                        tuple(NOON, null, "server", "info", null, null, "from the server"));
    }

    @Test
    void a_repeated_report_changes_nothing() {
        List<Report> first = List.of(log(1, "a"), log(2, "b"), new Report.Warn(3, "slow", "it is slow", 1));
        assertThat(journal().append(epoch(), ONE, FIRST, first)).isEqualTo(3);
        assertThat(journal().append(epoch(), ONE, FIRST, first)).isEqualTo(3);
        assertThat(append(ONE, FIRST, log(2, "b"), new Report.Warn(3, "slow", "it is slow", 1), log(4, "c")))
                .isEqualTo(4);
        assertThat(append(ONE, FIRST)).isEqualTo(4);

        assertThat(messages(all(ONE))).containsExactly("a", "b", "c");
        assertThat(journal().warnings(ONE)).extracting(Warning::count).containsExactly(1);
        assertThat(journal().mark(FIRST)).isEqualTo(4);
        assertThat(journal().mark(SECOND)).isZero();
    }

    @Test
    void each_attempt_counts_for_itself() {
        append(ONE, FIRST, log(1, "first attempt"));
        append(ONE, new Author(new AssignmentId("asg_9"), "site-1", 2), log(1, "second attempt"));

        assertThat(all(ONE)).extracting(Line::attempt).containsExactly(1, 2);
    }

    @Test
    void all_kinds_share_one_ascending_seq_and_jobs_do_not_share_it() {
        append(ONE, FIRST, log(1, "a"), metric(2, "loss", 0, 1L, 0.5), log(3, "b"));
        journal().record(epoch(), ONE, List.of(new Note.Event(NOON, "phase", "{\"phase\": \"training\"}")));
        append(TWO, SECOND, log(1, "other"));

        List<Entry> entries = journal().after(ONE, 0, 100);
        assertThat(entries).extracting(Entry::seq).isSorted().doesNotHaveDuplicates();
        assertThat(entries)
                .extracting(entry -> entry.getClass().getSimpleName())
                .containsExactly("Logged", "Measured", "Logged", "Happened");
        assertThat(entries.getLast().seq()).isEqualTo(journal().lastSeq(ONE));
        assertThat(journal().after(TWO, 0, 100)).hasSize(1);
    }

    @Test
    void a_reader_who_remembers_the_last_seq_misses_and_doubles_nothing() {
        for (int i = 1; i <= 40; i++) {
            append(ONE, FIRST, i % 3 == 0 ? metric(i, "loss", i, null, i) : log(i, "line " + i));
        }
        List<Long> read = new ArrayList<>();
        long seq = 0;
        while (true) {
            List<Entry> batch = journal().after(ONE, seq, 7);
            if (batch.isEmpty()) {
                break;
            }
            assertThat(batch.size()).isLessThanOrEqualTo(7);
            batch.forEach(entry -> read.add(entry.seq()));
            seq = batch.getLast().seq();
        }

        assertThat(read).hasSize(40).isSorted().doesNotHaveDuplicates();
        assertThat(journal().after(ONE, journal().lastSeq(ONE), 7)).isEmpty();
    }

    @Test
    void pages_filter_by_site_level_and_text_and_go_on_where_they_ended() {
        append(
                ONE,
                FIRST,
                IntStream.rangeClosed(1, 20)
                        .mapToObj(n -> new Report.Log(n, NOON, "user", n % 2 == 0 ? "info" : "error", 0, "Epoch " + n))
                        .toArray(Report[]::new));
        append(ONE, SECOND, log(1, "epoch of another site"));

        assertThat(messages(page("site-2", Set.of(), null, 0, 50, 50).lines()))
                .containsExactly("epoch of another site");
        assertThat(page(null, Set.of("error"), null, 0, 50, 50).lines()).hasSize(10);
        assertThat(page(null, Set.of(), "ePOCH 1", 0, 50, 50).lines()).hasSize(11);
        LogSlice first = page("site-1", Set.of(), null, 0, 15, 50);
        LogSlice rest = page("site-1", Set.of(), null, first.next(), 15, 50);
        assertThat(first.lines()).hasSize(15);
        assertThat(messages(rest.lines())).containsExactly("Epoch 16", "Epoch 17", "Epoch 18", "Epoch 19", "Epoch 20");
        assertThat(page("site-1", Set.of(), null, rest.next(), 15, 50).lines()).isEmpty();
    }

    @Test
    void a_search_looks_at_no_more_lines_than_it_may_and_says_how_far_it_came() {
        append(
                ONE,
                FIRST,
                IntStream.rangeClosed(1, 30)
                        .mapToObj(n -> log(n, n == 25 ? "needle" : "hay"))
                        .toArray(Report[]::new));

        LogSlice nothing = page(null, Set.of(), "needle", 0, 10, 20);
        assertThat(nothing.lines()).isEmpty();
        assertThat(nothing.next()).isPositive();
        assertThat(messages(
                        page(null, Set.of(), "needle", nothing.next(), 10, 20).lines()))
                .containsExactly("needle");
    }

    @Test
    void the_tail_of_a_site_is_its_last_lines_oldest_first() {
        append(ONE, FIRST, log(1, "a"), log(2, "b"), log(3, "c"));
        append(ONE, SECOND, log(1, "other"));

        assertThat(messages(journal().tail(ONE, "site-1", 2))).containsExactly("b", "c");
        assertThat(messages(journal().tail(ONE, "site-1", 10))).containsExactly("a", "b", "c");
        assertThat(journal().tail(ONE, "site-9", 10)).isEmpty();
    }

    @Test
    void a_value_measured_again_replaces_the_former() {
        append(ONE, FIRST, metric(1, "loss", 0, 1L, 0.9), metric(2, "loss", 0, null, 0.8));
        append(ONE, new Author(new AssignmentId("asg_9"), "site-1", 2), metric(1, "loss", 0, 1L, 0.7));
        journal().record(epoch(), ONE, List.of(new Note.Metric(NOON, "loss", null, 0, 0.6)));
        journal().record(epoch(), ONE, List.of(new Note.Metric(NOON, "loss", null, 0, 0.5)));

        assertThat(journal().metrics(ONE, new MetricQuery(Set.of(), null, 100)))
                .extracting(Point::site, Point::round, Point::step, Point::value)
                .containsExactlyInAnyOrder(
                        tuple(null, 0, null, 0.5), tuple("site-1", 0, null, 0.8), tuple("site-1", 0, 1L, 0.7));
        assertThat(journal().metrics(ONE, new MetricQuery(Set.of("loss"), "site-1", 100)))
                .hasSize(2);
        assertThat(journal().metrics(ONE, new MetricQuery(Set.of("accuracy"), null, 100)))
                .isEmpty();
    }

    @Test
    void a_long_series_is_thinned_evenly_and_keeps_its_ends() {
        append(
                ONE,
                FIRST,
                LongStream.rangeClosed(1, 1_000)
                        .mapToObj(n -> metric(n, "loss", 0, n, n))
                        .toArray(Report[]::new));
        append(ONE, SECOND, metric(1, "loss", 0, 1L, 5));

        List<Point> thin = journal().metrics(ONE, new MetricQuery(Set.of(), null, 10)).stream()
                .filter(point -> "site-1".equals(point.site()))
                .toList();
        assertThat(thin).hasSizeBetween(8, 11).extracting(Point::step).isSorted();
        assertThat(thin.getFirst().step()).isEqualTo(1L);
        assertThat(thin.getLast().step()).isEqualTo(1_000L);
        assertThat(journal().metrics(ONE, new MetricQuery(Set.of(), "site-2", 10)))
                .hasSize(1);
    }

    @Test
    void a_metric_that_cannot_be_shown_is_dropped_with_a_warning() {
        append(
                ONE,
                FIRST,
                metric(1, "", 0, null, 1),
                metric(2, "1st", 0, null, 1),
                metric(3, "loss", 0, null, Double.NaN),
                metric(4, "loss", 1, null, Double.POSITIVE_INFINITY));

        assertThat(journal().metrics(ONE, new MetricQuery(Set.of(), null, 10))).isEmpty();
        assertThat(journal().warnings(ONE))
                .extracting(Warning::code, Warning::site, Warning::count)
                .containsExactly(tuple("metric_dropped", "site-1", 4));
    }

    @Test
    void more_names_than_a_job_may_have_are_dropped_with_a_warning() {
        append(
                ONE,
                FIRST,
                LongStream.rangeClosed(1, JournalLimits.DEFAULT.metricNames() + 3L)
                        .mapToObj(n -> metric(n, "name" + n, 0, null, n))
                        .toArray(Report[]::new));

        assertThat(journal().metrics(ONE, new MetricQuery(Set.of(), null, 10)))
                .hasSize(JournalLimits.DEFAULT.metricNames());
        assertThat(journal().warnings(ONE))
                .extracting(Warning::code, Warning::count)
                .containsExactly(tuple("too_many_metrics", 3));
        assertThat(append(ONE, FIRST, metric(5_000, "name1", 1, null, 1))).isEqualTo(5_000);
        assertThat(journal().metrics(ONE, new MetricQuery(Set.of("name1"), null, 10)))
                .hasSize(2);
    }

    @Test
    void points_of_all_names_together_are_bounded() {
        JobJournal small = journal(new JournalLimits(10, 3, 1_000));
        small.append(epoch(), ONE, FIRST, List.of(metric(1, "loss", 0, null, 1), metric(2, "accuracy", 0, null, 1)));
        small.append(epoch(), ONE, FIRST, List.of(metric(3, "loss", 1, null, 1), metric(4, "loss", 2, null, 1)));
        small.append(epoch(), ONE, FIRST, List.of(metric(5, "f1", 0, null, 1)));

        assertThat(small.metrics(ONE, new MetricQuery(Set.of(), null, 10))).hasSize(3);
        assertThat(small.warnings(ONE))
                .extracting(Warning::code, Warning::message, Warning::count)
                .containsExactly(tuple(
                        "too_many_metrics",
                        "[metric] more than 10 names or 3 points: the rest was dropped; log fewer of them",
                        2));
    }

    @Test
    void lines_of_all_sites_together_are_bounded_but_not_what_the_server_says() {
        JobJournal small = journal(new JournalLimits(10, 3, 10));
        assertThat(small.append(epoch(), ONE, FIRST, List.of(log(1, "0123456789"), log(2, "too much"))))
                .isEqualTo(2);
        small.append(epoch(), ONE, FIRST, List.of(log(3, "too much as well")));
        small.record(epoch(), ONE, List.of(new Note.Log(NOON, null, "info", null, "finished")));

        assertThat(small.logs(ONE, new LogQuery(null, Set.of(), null, 0, 10, 10))
                        .lines())
                .extracting(Line::message)
                .containsExactly("0123456789", "finished");
        assertThat(small.warnings(ONE))
                .extracting(Warning::code, Warning::message, Warning::site, Warning::count)
                .containsExactly(tuple(
                        "log_cut",
                        "[log] the lines of this job are more than 10 characters: the rest was dropped; print less",
                        "site-1",
                        2));
    }

    @Test
    void a_repeated_warning_is_counted() {
        Note slow = new Note.Warn(NOON, "slow", "it is slow", "site-1", 2);
        journal().record(epoch(), ONE, List.of(slow, slow, new Note.Warn(NOON, "slow", "all are slow", null, null)));
        journal().record(epoch(), ONE, List.of(slow));

        assertThat(journal().warnings(ONE))
                .extracting(Warning::code, Warning::site, Warning::round, Warning::count)
                .containsExactly(tuple("slow", "site-1", 2, 3), tuple("slow", null, null, 1));
    }

    @Test
    void characters_that_a_store_may_not_like_are_kept_or_replaced_but_never_refused() {
        append(ONE, FIRST, log(1, "a\0b"), new Report.Warn(2, "odd", "c\0d", null));
        journal()
                .record(
                        epoch(),
                        ONE,
                        List.of(
                                new Note.Event(NOON, "phase", "{\"detail\": \"e\\u0000f\"}"),
                                new Note.Event(NOON, "phase", "{\"detail\": \"path\\\\u0000\"}")));
        append(ONE, FIRST, log(3, "after"));

        assertThat(all(ONE)).hasSize(2);
        assertThat(all(ONE).getFirst().message()).startsWith("a").endsWith("b").hasSize(3);
        assertThat(journal().warnings(ONE)).hasSize(1);
        assertThat(journal().after(ONE, 0, 10)).hasSize(4);
    }

    @Test
    void a_job_without_entries_reads_as_empty() {
        assertThat(journal().lastSeq(ONE)).isZero();
        assertThat(journal().after(ONE, 0, 10)).isEmpty();
        assertThat(all(ONE)).isEmpty();
        assertThat(page(null, Set.of(), null, 7, 10, 10)).isEqualTo(new LogSlice(List.of(), 7));
        assertThat(journal().metrics(ONE, new MetricQuery(Set.of(), null, 10))).isEmpty();
        assertThat(journal().warnings(ONE)).isEmpty();
    }

    private long append(JobId job, Author author, Report... reports) {
        return journal().append(epoch(), job, author, List.of(reports));
    }

    private LogSlice page(
            @Nullable String site, Set<String> levels, @Nullable String text, long after, int limit, int scan) {
        return journal().logs(ONE, new LogQuery(site, levels, text, after, limit, scan));
    }

    private List<Line> all(JobId job) {
        List<Line> lines = new ArrayList<>();
        journal().forEachLine(job, lines::add);
        return lines;
    }

    private static List<String> messages(List<Line> lines) {
        return lines.stream().map(Line::message).toList();
    }

    private static Report log(long n, String message) {
        return new Report.Log(n, NOON, "user", "info", 0, message);
    }

    private static Report metric(long n, String name, int round, @Nullable Long step, double value) {
        return new Report.Metric(n, NOON, name, round, step, value);
    }
}
