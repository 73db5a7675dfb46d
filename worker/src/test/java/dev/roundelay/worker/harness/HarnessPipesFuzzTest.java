package dev.roundelay.worker.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.fuzz.DecoderFuzz;
import dev.roundelay.worker.harness.HarnessProtocol.HarnessProtocolException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Both pipes of a harness, into which user code can write what it likes. The first byte says which: even for the
/// answers, odd for the log.
class HarnessPipesFuzzTest extends DecoderFuzz {
    private static final String WHERE = "[site-1, round 2] ";
    private static final int MOST_CHARS = 130_000;

    @Override
    protected List<byte[]> samples() throws IOException {
        List<byte[]> samples = new ArrayList<>();
        for (Map<String, Object> answer : List.of(
                Map.<String, Object>of("id", 1, "trains", true, "classes", List.of("Net"), "versions", List.of("3.11")),
                Map.<String, Object>of("id", 2, "samples", 10, "metrics", Map.of("loss", 0.5), "seconds", 1.5),
                Map.<String, Object>of("event", "metric", "name", "loss", "value", 0.25, "step", 3),
                Map.<String, Object>of(
                        "id", 3, "error", Map.of("reason", "user_code_error", "message", "no", "detail", "d")))) {
            ByteArrayOutputStream sample = new ByteArrayOutputStream();
            sample.write(0);
            new HarnessProtocol(new ByteArrayInputStream(new byte[0]), sample).write(answer);
            samples.add(sample.toByteArray());
        }
        samples.add(
                log("epoch 1\rprogress 50%\rprogress 100%\nTraceback (most recent call last):\n  File\nKeyError\n"));
        samples.add(log("\u001E{\"level\":\"warning\",\"msg\":\"a\\nb\"}\nplain\n\u001E{\"mark\":4}\nthe end"));
        return samples;
    }

    private static byte[] log(String text) {
        return ("\u0001" + text).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    protected Outcome decode(byte[] input) throws IOException {
        if (input.length == 0) {
            return Outcome.REFUSED;
        }
        ByteArrayInputStream pipe = new ByteArrayInputStream(input, 1, input.length - 1);
        if (input[0] % 2 == 0) {
            return answers(pipe);
        }
        new HarnessLog(new Bounded(), () -> Instant.EPOCH).readAll(pipe);
        return Outcome.READ;
    }

    private static Outcome answers(ByteArrayInputStream pipe) throws IOException {
        HarnessProtocol protocol = new HarnessProtocol(pipe, OutputStream.nullOutputStream());
        Outcome outcome = Outcome.REFUSED;
        try {
            for (Optional<JsonNode> frame = protocol.read(); frame.isPresent(); frame = protocol.read()) {
                outcome = Outcome.READ;
                requireUsable(frame.get());
            }
            return outcome;
        } catch (HarnessProtocolException e) {
            return Outcome.REFUSED;
        }
    }

    private static void requireUsable(JsonNode frame) {
        Description description = HarnessAnswers.description(frame);
        assertThat(description.classes()).allMatch(name -> name.length() <= 210);
        FailureReport failure = HarnessAnswers.failure(frame.path("error"), WHERE, 2, "cuda");
        assertThat(failure.message()).startsWith("[").hasSizeLessThan(5_000);
        try {
            Update update = HarnessAnswers.update(frame, Path.of("update"), WHERE, 2);
            assertThat(update.samples()).isBetween(0L, 1L << 40);
            assertThat(update.seconds()).isFinite().isNotNegative();
            assertThat(update.metrics()).hasSizeLessThanOrEqualTo(1_000);
            update.metrics().forEach((name, value) -> {
                assertThat(HarnessAnswers.isMetricName(name)).isTrue();
                assertThat(value).isFinite();
            });
        } catch (HarnessException e) {
            assertThat(e.report().message()).startsWith(WHERE);
        }
    }

    /// Nothing longer than a line may be is passed on.
    private static final class Bounded implements HarnessListener {
        @Override
        public void line(Instant time, String level, @Nullable Integer round, String message) {
            assertThat(message.length()).isLessThan(MOST_CHARS);
            assertThat(message).doesNotContain("\n");
            assertThat(level).isIn("debug", "info", "warning", "error");
        }

        @Override
        public void metric(Instant time, String name, @Nullable Integer round, @Nullable Long step, double value) {
            throw new AssertionError("the log carries no metrics");
        }

        @Override
        public void warning(String code, String message, @Nullable Integer round) {
            throw new AssertionError("the log carries no warnings");
        }
    }
}
