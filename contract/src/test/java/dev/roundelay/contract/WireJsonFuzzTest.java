package dev.roundelay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.worker.AssignmentPlan;
import dev.roundelay.contract.worker.Events;
import dev.roundelay.contract.worker.EventsReply;
import dev.roundelay.contract.worker.RegisterReply;
import dev.roundelay.contract.worker.RegisterRequest;
import dev.roundelay.contract.worker.Step;
import dev.roundelay.contract.worker.StepKind;
import dev.roundelay.contract.worker.SyncReply;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.contract.worker.ValidationReport;
import dev.roundelay.fuzz.DecoderFuzz;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The records of both protocols, by both codecs: what is read is written, and means the same when it is read again.
/// The first byte says which record and which codec.
class WireJsonFuzzTest extends DecoderFuzz {
    private static final List<Class<?>> RECORDS = List.of(
            JobSpec.class,
            SyncRequest.class,
            Events.class,
            RegisterRequest.class,
            ValidationReport.class,
            AssignmentPlan.class,
            SyncReply.class,
            RegisterReply.class,
            EventsReply.class,
            Problem.class);

    private static final Set<Class<?>> FROM_WORKERS =
            Set.of(SyncRequest.class, Events.class, RegisterRequest.class, ValidationReport.class);

    @Override
    protected List<byte[]> samples() throws IOException {
        Instant time = Instant.parse("2026-01-02T03:04:05.678Z");
        List<Object> values = List.of(
                Json.strict()
                        .readValue(
                                "{\"name\":\"ü\",\"scripts\":\"s/\",\"federation\":{\"rounds\":2,\"seed\":7},"
                                        + "\"training\":{\"extra\":{\"a\":[1,2.5,null,\"x\"]}},"
                                        + "\"selection\":{\"auto\":{\"gpuModels\":[\"cpu\"]}},"
                                        + "\"limits\":{\"roundTimeoutSeconds\":1.5}}",
                                JobSpec.class),
                new RegisterRequest("w", 1, 2, "cpu", "cpu", 1024, Map.of("zone", "a"), List.of("d"), Map.of()),
                new Events(
                        List.of(new Events.Line(1, time, "user", "info", 3, "hello")),
                        List.of(new Events.Metric(2, time, "loss", 3, 4L, 0.5)),
                        List.of(new Events.Warning(3, "code", "message", null))),
                new ValidationReport(Map.of("loss", 0.25), 10, 1.5),
                new SyncRequest(
                        "i",
                        1,
                        1,
                        "cpu",
                        "cpu",
                        1,
                        1,
                        null,
                        Map.of(),
                        List.of(),
                        Map.of("python", "3.11"),
                        null,
                        List.of(new SyncRequest.Held("asg_1", "f", "ready", 1, 2, "training", true, null, time)),
                        "v1"),
                new SyncReply(
                        "v2",
                        List.of(new SyncReply.Desired(
                                "asg_1", "f", new Step(3, StepKind.TRAIN, 1, true, false, false), 4L))));
        List<byte[]> samples = new ArrayList<>();
        for (Object value : values) {
            for (int codec = 0; codec < 2; codec++) {
                ByteArrayOutputStream sample = new ByteArrayOutputStream();
                sample.write(RECORDS.indexOf(value.getClass()) * 2 + codec);
                sample.writeBytes(Json.strict().writeValueAsBytes(value));
                samples.add(sample.toByteArray());
            }
        }
        return samples;
    }

    @Override
    protected Outcome decode(byte[] input) throws IOException {
        if (input.length == 0) {
            return Outcome.REFUSED;
        }
        int choice = Byte.toUnsignedInt(input[0]);
        JsonMapper mapper = choice % 2 == 0 ? Json.strict() : Json.lenient();
        Object value;
        try {
            value = mapper.readValue(input, 1, input.length - 1, RECORDS.get(choice / 2 % RECORDS.size()));
        } catch (JacksonException | CharConversionException e) {
            // Bytes that look like UTF-32 and are none are refused by the reader of characters.
            return Outcome.REFUSED;
        }
        if (value == null) {
            return Outcome.REFUSED;
        }
        if (FROM_WORKERS.contains(value.getClass())) {
            requireComplete(value);
        }
        requireSame(value);
        return Outcome.READ;
    }

    /// JSON leaves an absent part null whatever its type says: what a worker sends is refused then, or it fails later.
    private static void requireComplete(@Nullable Object value) {
        if (value instanceof Iterable<?> items) {
            items.forEach(WireJsonFuzzTest::requireComplete);
        }
        if (!(value instanceof Record)) {
            return;
        }
        for (RecordComponent part : value.getClass().getRecordComponents()) {
            try {
                Object held = part.getAccessor().invoke(value);
                assertThat(held != null || part.getAnnotatedType().isAnnotationPresent(Nullable.class))
                        .as("%s.%s is there", value.getClass().getSimpleName(), part.getName())
                        .isTrue();
                requireComplete(held);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static void requireSame(Object value) throws IOException {
        String json = Json.strict().writeValueAsString(value);
        Object again;
        try {
            again = Json.strict().readValue(json, value.getClass());
        } catch (JacksonException e) {
            throw new AssertionError("what was read is refused when it is written and read again: " + json, e);
        }
        // As trees: the order of a copied map is another in each run.
        assertThat(Json.strict().readTree(Json.strict().writeValueAsString(again)))
                .isEqualTo(Json.strict().readTree(json));
    }
}
