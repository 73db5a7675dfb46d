package dev.roundelay.worker.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogSplitterTest {
    private final List<String> heard = new ArrayList<>();
    private Instant now = Instant.EPOCH;
    private final LogSplitter splitter = new LogSplitter(
            new LogSplitter.Sink() {
                @Override
                public void line(Instant time, String level, String text) {
                    heard.add(level + " " + text);
                }

                @Override
                public void record(Instant time, String text) {
                    heard.add("record " + text);
                }
            },
            () -> now);

    @Test
    void lines_are_cut_at_line_breaks_wherever_the_reads_end() {
        feed("one\ntw");
        feed("o\r\nthree");
        splitter.endOfPipe();

        assertThat(heard).containsExactly("info one", "info two", "info three");
    }

    @Test
    void a_progress_bar_is_passed_on_at_most_once_a_second() {
        feed("\r 10%\r 20%\r 30%");
        now = now.plus(Duration.ofSeconds(1));
        feed("\r 40%\r 50%\r100%\ndone\n");

        assertThat(heard).containsExactly("info  10%", "info  30%", "info 100%", "info done");
    }

    @Test
    void a_line_is_capped_and_says_by_how_much() {
        feed("x".repeat(20_000) + "\n");

        assertThat(heard.getFirst()).endsWith(" … [3616 bytes cut]").hasSizeLessThan(17_000);
    }

    @Test
    void records_of_the_harness_break_a_line_that_was_begun() {
        feed("begun\u001e{\"mark\": 1}\nrest\n");

        assertThat(heard).containsExactly("info begun", "record {\"mark\": 1}", "info rest");
    }

    @Test
    void tracebacks_are_errors_and_warnings_are_warnings() {
        feed("Traceback (most recent call last):\n  File x\nValueError: y\nfine\n");
        feed("/a/b.py:3: UserWarning: careful\nWARNING:root:w\nERROR:root:e\n");

        assertThat(heard)
                .containsExactly(
                        "error Traceback (most recent call last):",
                        "error   File x",
                        "error ValueError: y",
                        "info fine",
                        "warning /a/b.py:3: UserWarning: careful",
                        "warning WARNING:root:w",
                        "error ERROR:root:e");
    }

    private void feed(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        splitter.accept(bytes, bytes.length);
    }
}
