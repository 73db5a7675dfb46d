package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.LogLine;
import dev.roundelay.e2e.product.Api;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Weights that travel in fewer bits, on the real product: how many bytes move, how far they are off, and the same bits
/// over a death of the server.
class QuantizationIT {
    private static final int ROUNDS = 3;
    private static final double PLAIN_BYTES = 1_000_000;
    private static final String MODEL = Python.resource("quantized_model.py");

    @SuppressWarnings("NullAway.Init")
    private static Product product;

    @BeforeAll
    static void start() {
        product = Product.start("quantization").withWorkers(List.of("w1"), "--slots", "2");
    }

    @AfterAll
    static void stop() {
        product.close();
    }

    /// Training changes nothing here: what is off is the transfer's, there and back, three times over.
    @ParameterizedTest
    @CsvSource({
        "float16, 0.50, 0.00049",
        "bfloat16, 0.50, 0.0040",
        "blockwise8, 0.2503, 0.0040",
        "float4, 0.1407, 0.167",
        "normfloat4, 0.1407, 0.152",
        "adaquant, 0.2503, 0.0040"
    })
    void fewer_bytes_move_and_no_weight_is_further_off_than_stated(String encoding, double part, double bound)
            throws IOException {
        JobView job = product.finish(draft(encoding, encoding, Map.of("STEP", 0)));

        assertThat(job.metrics().get("off")).isGreaterThan(0).isLessThanOrEqualTo(bound);
        assertThat(bytesSent(job) / (ROUNDS * PLAIN_BYTES)).isCloseTo(part, org.assertj.core.data.Offset.offset(0.003));
    }

    @Test
    void without_an_encoding_weights_travel_as_they_are() throws IOException {
        JobView job = product.finish(draft("plain", null, Map.of("STEP", 0)));

        assertThat(job.metrics()).containsEntry("off", 0.0);
        // The header has 4 KiB of room for what the agent says of the update.
        assertThat(bytesSent(job) / (ROUNDS * PLAIN_BYTES)).isBetween(1.0, 1.006);
    }

    /// What travels is made again from what was committed: the same bits.
    @Test
    void a_death_of_the_server_changes_no_bit() {
        byte[] undisturbed = model(product.finish(draft("still", "normfloat4", Map.of("STEP", 0.01))));
        JobView job = product.submit(draft("killed", "normfloat4", Map.of("STEP", 0.01, "SECONDS", 2)));
        Eventually.await(
                "both sites train in round 1",
                Duration.ofSeconds(120),
                () -> lines(job).stream()
                                .filter(line -> line.equals("begins round 1"))
                                .count()
                        == 2);

        product.killServer();
        product.restartServer();

        assertThat(model(product.api().awaitFinished(job.id()))).isEqualTo(undisturbed);
    }

    @Test
    void an_encoding_that_is_not_known_is_refused_with_those_that_are() {
        assertThatThrownBy(() -> product.submit(draft("magic", "int2", Map.of("STEP", 0))))
                .isInstanceOf(Api.RefusedException.class)
                .hasMessageContaining("float16, bfloat16, blockwise8, float4, normfloat4, adaquant");
    }

    /// Returns what the second site sent: the first one sends the first weights besides.
    private static double bytesSent(JobView job) throws IOException {
        for (String line : Files.readAllLines(product.folder().resolve("w1").resolve("ran.jsonl"))) {
            JsonNode run = Json.lenient().readTree(line);
            if (run.path("jobId").asText().equals(job.id())
                    && run.path("site").asText().equals("site-2")
                    && run.path("event").asText().equals("ended")) {
                return run.path("bytesOut").asDouble();
            }
        }
        throw new AssertionError("ran.jsonl has no end of site-2 of " + job.id());
    }

    private static List<String> lines(JobView job) {
        return product.api().logs(job.id()).stream().map(LogLine::message).toList();
    }

    private static Draft draft(
            String name, @org.jspecify.annotations.Nullable String encoding, Map<String, Object> extra) {
        Map<String, Object> federation = new java.util.HashMap<>(Map.of("rounds", ROUNDS, "minClients", 2));
        if (encoding != null) {
            federation.put("quantization", encoding);
        }
        return Draft.of("quantized-" + name, MODEL, Zips.tables(5, 5), ROUNDS)
                .withFederation(federation)
                .with("training", Map.of("extra", extra));
    }

    private static byte[] model(JobView job) {
        return product.bucket().get("jobs/" + job.slug() + "/model_out/checkpoint.pt");
    }
}
