package dev.roundelay.worker.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.worker.Events;
import dev.roundelay.worker.client.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogPumpTest {
    private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final List<Events> batches = new ArrayList<>();
    private final CountDownLatch serverIsBack = new CountDownLatch(1);

    @Test
    void events_of_all_kinds_share_one_numbering() throws Exception {
        try (LogPump pump = pump(this::store, 1_000_000)) {
            pump.user(NOW, "info", 0, "one\ntwo");
            pump.metric(NOW, "loss", 0, 3L, 0.5);
            pump.warning("w", "three", null);
            assertThat(pump.last()).isEqualTo(4);

            pump.start();

            assertThat(pump.flush(PATIENCE)).isTrue();
        }
        assertThat(lines()).extracting(Events.Line::n).containsExactly(1L, 2L);
        assertThat(batches.getFirst().metrics()).extracting(Events.Metric::n).containsExactly(3L);
        assertThat(batches.getFirst().warnings()).extracting(Events.Warning::n).containsExactly(4L);
    }

    @Test
    void lines_are_spilled_while_the_server_is_away_and_come_in_order() throws Exception {
        Path spill = folder.resolve("spill");
        try (LogPump pump = pump(
                events -> {
                    serverIsBack.await();
                    return store(events);
                },
                1L << 30)) {
            pump.start();
            String text = "x".repeat(1_000);
            IntStream.range(0, 5_000).forEach(i -> pump.user(NOW, "info", null, text + i));
            assertThat(spill).exists();

            serverIsBack.countDown();

            assertThat(pump.flush(PATIENCE)).isTrue();
            assertThat(spill).doesNotExist();
        }
        assertThat(lines())
                .extracting(Events.Line::n)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 5_000).boxed().toList());
        assertThat(lines().getLast().message()).endsWith("x4999");
        assertThat(batches).allMatch(batch -> batch.lines().size() <= 1_000);
    }

    @Test
    void beyond_the_limit_lines_are_dropped_with_one_warning_and_one_line() throws Exception {
        try (LogPump pump = pump(this::store, 100)) {
            IntStream.range(0, 50).forEach(i -> pump.user(NOW, "info", null, "a line of twenty chars"));
            pump.worker("error", null, "what the agent says is kept");
            pump.conclude();
            pump.start();
            assertThat(pump.flush(PATIENCE)).isTrue();
        }
        assertThat(lines())
                .extracting(Events.Line::message)
                .endsWith("what the agent says is kept", "47 lines dropped");
        assertThat(batches.stream().flatMap(batch -> batch.warnings().stream()))
                .extracting(Events.Warning::code)
                .containsExactly("log_cut");
        assertThat(lines()).extracting(Events.Line::n).containsExactly(1L, 2L, 3L, 5L, 6L);
    }

    @Test
    void a_refused_batch_is_dropped_and_told() throws Exception {
        List<RefusedException> refusals = new ArrayList<>();
        try (LogPump pump = new LogPump(
                _ -> {
                    throw RefusedException.of(409, ErrorCode.STALE_FENCE, "gone");
                },
                folder.resolve("spill"),
                1_000,
                InstantSource.fixed(NOW),
                refusals::add)) {
            pump.user(NOW, "info", null, "lost");
            pump.start();

            assertThat(pump.flush(PATIENCE)).isTrue();
        }
        assertThat(refusals).singleElement().matches(RefusedException::endsAssignment);
    }

    @Test
    void closing_removes_the_spill() throws Exception {
        LogPump pump = pump(this::store, 1L << 30);
        IntStream.range(0, 3_000).forEach(i -> pump.user(NOW, "info", null, "x".repeat(1_000)));
        assertThat(folder.resolve("spill")).exists();

        pump.close();

        assertThat(Files.exists(folder.resolve("spill"))).isFalse();
    }

    private LogPump pump(EventSink sink, long limit) {
        return new LogPump(sink, folder.resolve("spill"), limit, InstantSource.fixed(NOW), e -> {
            throw new AssertionError(e);
        });
    }

    private synchronized long store(Events events) throws IOException {
        batches.add(events);
        return 0;
    }

    private List<Events.Line> lines() {
        return batches.stream().flatMap(batch -> batch.lines().stream()).toList();
    }
}
