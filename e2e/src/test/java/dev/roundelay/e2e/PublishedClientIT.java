package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The published client, unchanged, in its own interpreter: a user's script written for it works here.
class PublishedClientIT {
    private static final int LARGE = 60_000_000;
    private static final int SMALL = 1_000;

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
        Path shards = shards(folder.resolve("shards"));
        Files.writeString(folder.resolve("lazy_model.py"), Python.resource("lazy_model.py"));
        String url = Objects.requireNonNull(product.credentials().get("RESON_BASE_URL"));

        String printed = Python.run(
                Python.ofVariable(variable),
                product.credentials(),
                folder,
                "published_client.py",
                url,
                url,
                name,
                shards.toString());

        JsonNode told = Json.lenient().readTree(printed.lines().toList().getLast());
        assertThat(told.path("states"))
                .as(printed)
                .last()
                .satisfies(state -> assertThat(state.asText()).isEqualTo("FINISHED"));
        assertThat(told.path("pages").path(0).path(0).asText())
                .isEqualTo(told.path("id").asText());
        assertThat(told.path("pages").path(0)).hasSize(1);
        assertThat(told.path("currentRound").asInt()).isEqualTo(2);
        assertThat(told.path("numRounds").asInt()).isEqualTo(2);
        assertThat(told.path("online").asInt()).isEqualTo(3);
        assertThat(told.path("models"))
                .hasSize(3)
                .allSatisfy(model -> assertThat(model.asText()).isEqualTo("cpu"));
        assertThat(product.bucket().text("jobs/" + name + "/files_out/site-1/round_1/size.txt"))
                .isEqualTo("" + LARGE);
        assertThat(product.bucket().keys("jobs/" + name + "/model_out/"))
                .contains("jobs/" + name + "/model_out/checkpoint.pt");
    }

    /// The first one takes two parts of the client's upload: its bytes are random, so that the archive is no smaller.
    private static Path shards(Path folder) throws IOException {
        Files.createDirectory(folder);
        Random random = new Random(7);
        for (int i = 0; i < 3; i++) {
            byte[] bytes = new byte[i == 0 ? LARGE : SMALL];
            random.nextBytes(bytes);
            Files.write(folder.resolve("shard_%d.zip".formatted(i)), Zips.of("data.bin", bytes));
        }
        return folder;
    }
}
