package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The published client, unchanged, in its own interpreter: a user's script written for it works here.
class PublishedClientIT {
    private static final int BALLAST = 60_000_000;
    private static final int[] ROWS = {40, 90, 15};
    private static final int[] FEWER_ROWS = {25, 60};
    private static final FedAvgReference REFERENCE = new FedAvgReference(2, 3, 0.05);

    @SuppressWarnings("NullAway.Init")
    private static Product product;

    @BeforeAll
    static void start() {
        product = Product.start("published").withWorkers(List.of("w1", "w2", "w3"));
    }

    @AfterAll
    static void stop() {
        product.close();
    }

    @ParameterizedTest(name = "version {0}")
    @CsvSource({"0.3.0,ROUNDELAY_TEST_RESONTECH_030", "0.2.1,ROUNDELAY_TEST_RESONTECH_021"})
    void a_script_for_the_published_client_trains_here(String version, String variable) throws IOException {
        String name = "client-" + version.replace(".", "");
        Path folder = Files.createDirectory(product.folder().resolve(name));
        Files.writeString(folder.resolve("line_model.py"), Python.resource("line_model.py"));

        JsonNode first = submit(variable, name, folder, shards(folder.resolve("shards"), BALLAST, ROWS));

        assertThat(first.path("pages").path(0).path(0).asText())
                .isEqualTo(first.path("id").asText());
        assertThat(first.path("pages").path(0)).hasSize(1);
        assertThat(first.path("currentRound").asInt()).isEqualTo(REFERENCE.rounds());
        assertThat(first.path("numRounds").asInt()).isEqualTo(REFERENCE.rounds());
        assertThat(first.path("online").asInt()).isEqualTo(3);
        assertThat(first.path("models"))
                .hasSize(3)
                .allSatisfy(model -> assertThat(model.asText()).isEqualTo("cpu"));
        assertOutputs(name, ROWS);

        JsonNode second = submit(variable, name, folder, shards(folder.resolve("fewer"), 0, FEWER_ROWS));

        assertThat(second.path("id").asText()).isNotEqualTo(first.path("id").asText());
        assertOutputs(name, FEWER_ROWS);
        String previous = "jobs/" + name + "/previous/" + first.path("id").asText() + "/";
        assertThat(product.bucket().keys(previous))
                .contains(previous + "model_out/checkpoint.pt", previous + "files_out/site-3/round_1/seen.json");
    }

    private static JsonNode submit(String variable, String name, Path folder, Path shards) throws IOException {
        String url = Objects.requireNonNull(product.credentials().get("RESON_BASE_URL"));
        String printed = Python.run(
                Python.ofVariable(variable),
                product.credentials(),
                folder,
                "published_client.py",
                url,
                url,
                name,
                shards.toString(),
                "" + REFERENCE.rounds(),
                "" + REFERENCE.epochs(),
                "" + REFERENCE.rate());
        JsonNode told = Json.lenient().readTree(printed.lines().toList().getLast());
        assertThat(told.path("states"))
                .as(printed)
                .last()
                .satisfies(state -> assertThat(state.asText()).isEqualTo("FINISHED"));
        return told;
    }

    private static void assertOutputs(String name, int[] rows) {
        String files = "jobs/" + name + "/files_out/";
        String log = product.bucket().text(files + "training_log.txt");
        for (int site = 1; site <= rows.length; site++) {
            assertThat(log).contains("site-%d trained on %d rows in round 1".formatted(site, rows[site - 1]));
            assertThat(product.bucket().text(files + "site-%d/round_1/seen.json".formatted(site)))
                    .contains("\"rows\": " + rows[site - 1]);
        }
        assertThat(product.bucket().keys(files + "site-" + (rows.length + 1) + "/"))
                .isEmpty();
        assertThat(product.bucket().text(files + "metrics.csv").lines()).hasSize(1 + REFERENCE.rounds());
        REFERENCE.assertAverage(product, name, rows);
    }

    /// With ballast the first one takes two parts of the client's upload: it is random, so that no archive is
    /// smaller.
    private static Path shards(Path folder, int ballast, int... rows) throws IOException {
        Files.createDirectory(folder);
        byte[] random = new byte[ballast];
        new Random(7).nextBytes(random);
        List<byte[]> tables = Zips.csv(rows);
        for (int i = 0; i < tables.size(); i++) {
            Map<String, byte[]> files = i == 0 && ballast > 0
                    ? Map.of("data.csv", tables.get(i), "ballast.bin", random)
                    : Map.of("data.csv", tables.get(i));
            Files.write(folder.resolve("shard_%d.zip".formatted(i)), Zips.of(files));
        }
        return folder;
    }
}
