package dev.roundelay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.account.Accounts;
import dev.roundelay.contract.files.Uploads;
import dev.roundelay.contract.job.JobPatch;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.Manifest;
import dev.roundelay.contract.job.Resubmit;
import dev.roundelay.contract.worker.Events;
import dev.roundelay.contract.worker.RegisterRequest;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.contract.worker.ValidationReport;
import dev.roundelay.contract.worker.WorkerPatch;
import dev.roundelay.contract.worker.WorkerTokens;
import dev.roundelay.fuzz.DecoderFuzz;
import dev.roundelay.server.jobs.SpecCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// The bodies of every call that takes one, as the resources read them: refused with a field and a remedy, or a value
/// that is the same when it is stored and read. The first byte says which call. A specification is checked, too.
class ApiBodiesFuzzTest extends DecoderFuzz {
    private static final List<Class<?>> BODIES = List.of(
            JobSpec.class,
            Manifest.class,
            Accounts.NewApiKey.class,
            Accounts.NewUser.class,
            Accounts.PasswordChange.class,
            Accounts.UserPatch.class,
            JobPatch.class,
            Resubmit.class,
            Uploads.Begin.class,
            WorkerTokens.Mint.class,
            WorkerPatch.class,
            Events.class,
            RegisterRequest.class,
            SyncRequest.class,
            ValidationReport.class,
            JsonNode.class);

    @Override
    protected List<byte[]> samples() {
        Map<Class<?>, String> texts = Map.of(
                JobSpec.class,
                "{\"name\":\"digits\",\"scripts\":\"s/\",\"shards\":\"d/\",\"model\":{\"class\":\"Net\",\"args\":"
                        + "{\"hidden\":16}},\"training\":{\"localEpochs\":2,\"extra\":{\"a\":[1,2.5,null]}},"
                        + "\"federation\":{\"rounds\":3,\"strategy\":{\"name\":\"fed_avg\"},\"select\":{\"metric\":"
                        + "\"loss\",\"mode\":\"min\"},\"sample\":{\"fraction\":0.5}},\"limits\":{\"maxAttempts\":2}}",
                Manifest.class,
                "{\"files\":[{\"key\":\"s/model_def.py\",\"sizeBytes\":10}],\"requirements\":\"numpy>=1\"}",
                Accounts.NewApiKey.class,
                "{\"name\":\"laptop\"}",
                Uploads.Begin.class,
                "{\"key\":\"a/b\",\"sizeBytes\":100}",
                ValidationReport.class,
                "{\"metrics\":{\"loss\":0.5},\"samples\":10,\"seconds\":1.5}",
                JsonNode.class,
                "{\"name\":\"task\",\"workerIds\":[\"a\"]}");
        List<byte[]> samples = new ArrayList<>();
        texts.forEach((type, text) -> {
            ByteArrayOutputStream sample = new ByteArrayOutputStream();
            sample.write(BODIES.indexOf(type));
            sample.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            samples.add(sample.toByteArray());
        });
        return samples;
    }

    @Override
    protected Outcome decode(byte[] input) throws IOException {
        if (input.length == 0) {
            return Outcome.REFUSED;
        }
        Class<?> type = BODIES.get(Byte.toUnsignedInt(input[0]) % BODIES.size());
        Object value;
        try {
            value = Requests.value(Arrays.copyOfRange(input, 1, input.length), type);
        } catch (ApiException e) {
            assertThat(e.code().status()).isBetween(400, 499);
            assertThat(e.getMessage()).startsWith("[").contains("; ").hasSizeLessThan(5_000);
            return Outcome.REFUSED;
        }
        if (value instanceof JobSpec spec) {
            List<SpecCheck.Problem> problems = SpecCheck.problems(spec);
            assertThat(problems)
                    .allSatisfy(problem ->
                            assertThat(problem.message()).startsWith("[").contains("; "));
            if (!problems.isEmpty()) {
                return Outcome.REFUSED;
            }
        }
        requireSame(value, type);
        return Outcome.READ;
    }

    private static void requireSame(Object value, Class<?> type) throws IOException {
        String json = Json.strict().writeValueAsString(value);
        try {
            // As trees: the order of a copied map is another in each run.
            String again = Json.strict().writeValueAsString(Json.strict().readValue(json, type));
            assertThat(Json.strict().readTree(again)).isEqualTo(Json.strict().readTree(json));
        } catch (JacksonException e) {
            throw new AssertionError("what was accepted cannot be stored: " + json, e);
        }
    }
}
