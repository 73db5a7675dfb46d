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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Requests and answers over the pipes of one harness, and its two reading threads.
final class HarnessCalls {
    private static final long MARK_PATIENCE_MILLIS = 1_000;
    private static final long END_PATIENCE_MILLIS = 5_000;
    private static final int MAX_CODE = 100;
    private static final int MAX_MESSAGE = 16 * 1024;

    private final SandboxProcess process;
    private final HarnessProtocol protocol;
    private final HarnessLog log;
    private final HarnessListener listener;
    private final InstantSource clock;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private volatile Expected expected = new Expected(0, new CompletableFuture<>());
    private volatile boolean gone;
    private volatile @Nullable String meddling;
    private long lastId;

    private record Expected(long id, CompletableFuture<JsonNode> answer) {}

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
            long id = ++lastId;
            CompletableFuture<JsonNode> answer = new CompletableFuture<>();
            expected = new Expected(id, answer);
            request.put("op", op);
            request.put("id", id);
            if (gone) {
                throw new GoneException();
            }
            protocol.write(request);
            JsonNode node = answer.get();
            log.awaitMark(id, MARK_PATIENCE_MILLIS);
            return node;
        } catch (IOException | ExecutionException e) {
            throw new GoneException();
        } finally {
            oneAtATime.unlock();
        }
    }

    /// Returns what user code has done to the pipe, if that is why the harness was ended.
    Optional<String> meddling() {
        return Optional.ofNullable(meddling);
    }

    private void readAnswers() {
        try {
            for (Optional<JsonNode> frame = protocol.read(); frame.isPresent(); frame = protocol.read()) {
                accept(frame.get());
            }
            awaitEnd();
        } catch (IOException e) {
            end("the code wrote into the pipe between Python and the worker (" + e.getMessage() + ")");
        } catch (RuntimeException e) {
            end("the worker could not read an answer of Python (" + e + ")");
        } finally {
            gone = true;
            expected.answer().completeExceptionally(new GoneException());
        }
    }

    /// The pipe ends with the process; where that goes on, nothing can be asked of it any more.
    private void awaitEnd() {
        try {
            process.exit().get(END_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            end("the code closed the pipe between Python and the worker");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(String how) {
        meddling = how;
        process.stop(Duration.ZERO);
    }

    private void accept(JsonNode frame) throws IOException {
        if (frame.has("id")) {
            Expected asked = expected;
            JsonNode id = frame.get("id");
            if (!id.canConvertToLong()
                    || id.longValue() != asked.id()
                    || !asked.answer().complete(frame)) {
                throw new IOException("an answer that nobody asked for");
            }
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
                        HarnessAnswers.cut(frame.path("code").asText("warning"), MAX_CODE),
                        HarnessAnswers.cut(frame.path("message").asText(), MAX_MESSAGE),
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
