package dev.roundelay.worker.harness;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.worker.sandbox.SandboxProcess;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Requests and answers over the pipes of one harness, and its two reading threads.
final class HarnessCalls {
    private static final long MARK_PATIENCE_MILLIS = 1_000;

    private final SandboxProcess process;
    private final HarnessProtocol protocol;
    private final HarnessLog log;
    private final HarnessListener listener;
    private final InstantSource clock;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private volatile CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    private volatile boolean gone;
    private long lastId;

    HarnessCalls(SandboxProcess process, HarnessLog log, HarnessListener listener, InstantSource clock) {
        this.process = process;
        this.protocol = new HarnessProtocol(process.stdout(), process.stdin());
        this.log = log;
        this.listener = listener;
        this.clock = clock;
    }

    /// Starts the reading threads.
    void start() {
        Thread.ofVirtual().name("harness-log").start(() -> log.readAll(process.stderr()));
        Thread.ofVirtual().name("harness-answers").start(this::readAnswers);
    }

    /// Sends a request and waits for its answer and for all that was printed before it.
    ///
    /// @throws GoneException if the harness ends first
    JsonNode call(String op, Map<String, Object> request) throws GoneException, InterruptedException {
        oneAtATime.lockInterruptibly();
        try {
            CompletableFuture<JsonNode> expected = new CompletableFuture<>();
            answer = expected;
            long id = ++lastId;
            request.put("op", op);
            request.put("id", id);
            if (gone) {
                throw new GoneException();
            }
            protocol.write(request);
            JsonNode node = expected.get();
            log.awaitMark(id, MARK_PATIENCE_MILLIS);
            return node;
        } catch (IOException | ExecutionException e) {
            throw new GoneException();
        } finally {
            oneAtATime.unlock();
        }
    }

    private void readAnswers() {
        try {
            for (Optional<JsonNode> frame = protocol.read(); frame.isPresent(); frame = protocol.read()) {
                accept(frame.get());
            }
        } catch (IOException e) {
            log.line(clock.instant(), "error", "[harness] its pipe is broken: " + e.getMessage());
            process.stop(Duration.ZERO);
        } finally {
            gone = true;
            answer.completeExceptionally(new GoneException());
        }
    }

    private void accept(JsonNode frame) {
        if (frame.has("id")) {
            answer.complete(frame);
            return;
        }
        Integer round = log.round();
        switch (frame.path("event").asText()) {
            case "metric" -> {
                double value = frame.path("value").asDouble(Double.NaN);
                String name = frame.path("name").asText();
                if (Double.isFinite(value) && HarnessAnswers.isMetricName(name)) {
                    listener.metric(clock.instant(), name, round, step(frame), value);
                }
            }
            case "warning" ->
                listener.warning(
                        frame.path("code").asText("warning"),
                        frame.path("message").asText(),
                        round);
            default ->
                log.line(
                        clock.instant(), "warning", "[harness] an unknown frame; the worker is older than its harness");
        }
    }

    private static @Nullable Long step(JsonNode frame) {
        return frame.path("step").canConvertToLong() && frame.has("step")
                ? frame.path("step").longValue()
                : null;
    }

    /// The harness has ended.
    static final class GoneException extends Exception {
        GoneException() {
            super("the harness is gone");
        }
    }
}
