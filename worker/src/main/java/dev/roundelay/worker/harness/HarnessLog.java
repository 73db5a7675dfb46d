package dev.roundelay.worker.harness;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The log pipe of a harness: passes lines on and knows which requests have printed everything.
final class HarnessLog implements LogSplitter.Sink {
    private static final Set<String> LEVELS = Set.of("debug", "info", "warning", "error");
    private static final int KEPT_LINES = 50;

    private final HarnessListener listener;
    private final InstantSource clock;
    private final Deque<String> lastLines = new ArrayDeque<>();
    private volatile @Nullable Integer round;
    private long mark;
    private boolean ended;

    HarnessLog(HarnessListener listener, InstantSource clock) {
        this.listener = listener;
        this.clock = clock;
    }

    /// Reads the pipe to its end.
    void readAll(InputStream in) {
        try {
            new LogSplitter(this, clock).readAll(in);
        } catch (IOException e) {
            line(clock.instant(), "warning", "[log] the harness's output broke off: " + e.getMessage());
        } finally {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }
    }

    /// Says of which round the next lines are.
    void enter(@Nullable Integer newRound) {
        round = newRound;
    }

    /// Returns the round of the lines that come now.
    @Nullable
    Integer round() {
        return round;
    }

    /// Waits until everything that was printed before the answer to that request has been passed on.
    synchronized void awaitMark(long id, long patienceMillis) throws InterruptedException {
        long deadline = System.nanoTime() + patienceMillis * 1_000_000;
        while (mark < id && !ended) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }

    /// Waits until the pipe has ended.
    synchronized void awaitEnd(long patienceMillis) throws InterruptedException {
        awaitMark(Long.MAX_VALUE, patienceMillis);
    }

    /// Returns the last lines, oldest first.
    synchronized List<String> lastLines() {
        return List.copyOf(lastLines);
    }

    @Override
    public void line(Instant time, String level, String text) {
        synchronized (this) {
            lastLines.addLast(text);
            if (lastLines.size() > KEPT_LINES) {
                lastLines.removeFirst();
            }
        }
        listener.line(time, level, round, text);
    }

    @Override
    public void record(Instant time, String text) {
        JsonNode record;
        try {
            record = Json.lenient().readTree(text);
        } catch (JacksonException e) {
            line(time, "info", cut(text));
            return;
        }
        if (record.path("mark").canConvertToLong() && record.has("mark")) {
            synchronized (this) {
                mark = Math.max(mark, record.path("mark").longValue());
                notifyAll();
            }
            return;
        }
        String level = record.path("level").asText("info");
        for (String line : record.path("msg").asText("").split("\n", -1)) {
            line(time, LEVELS.contains(level) ? level : "info", cut(line));
        }
    }

    private static String cut(String text) {
        int most = LogSplitter.MAX_LINE_BYTES / 4;
        return text.length() <= most
                ? text
                : text.substring(0, most) + " … [" + (text.length() - most) + " characters cut]";
    }
}
