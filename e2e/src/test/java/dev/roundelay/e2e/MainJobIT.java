package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.RoundView;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The job that the product is for: unequal shards, several rounds, PyTorch, every artefact.
class MainJobIT {
    private static final int ROUNDS = 3;
    private static final int EPOCHS = 4;
    private static final int[] ROWS = {40, 90, 15};
    private static final String MODEL = Python.resource("line_model.py");
    private static final FedAvgReference REFERENCE = new FedAvgReference(ROUNDS, EPOCHS, 0.05);

    @SuppressWarnings("NullAway.Init")
    private static Product product;

    @BeforeAll
    static void start() {
        product = Product.start("main-job").withWorkers(List.of("w1", "w2", "w3"));
    }

    @AfterAll
    static void stop() {
        product.close();
    }

    @Test
    void three_unequal_shards_train_to_the_averaged_model_and_all_artefacts() {
        JobView job = product.finish(draft("main", ROWS));

        assertThat(job.round()).isEqualTo(ROUNDS);
        assertThat(job.metrics()).containsKeys("train_loss", "mse");
        REFERENCE.assertAverage(product, "main", ROWS);
        assertThatFilesTellOf(ROUNDS, ROWS.length);
        List<RoundView> rounds = product.api().rounds(job.id());
        assertThat(rounds)
                .extracting(RoundView::state)
                .containsOnly("committed")
                .hasSize(ROUNDS);
        assertThat(rounds).extracting(RoundView::samples).containsOnly(40L + 90 + 15);
    }

    private static void assertThatFilesTellOf(int rounds, int sites) {
        String files = "jobs/main/files_out/";
        String log = product.bucket().text(files + "training_log.txt");
        List<String> metrics =
                product.bucket().text(files + "metrics.csv").lines().toList();
        assertThat(metrics).hasSize(1 + rounds);
        assertThat(metrics.getFirst())
                .startsWith("round,started_at,seconds,sites,samples")
                .contains("train_loss", "mse");
        for (int site = 1; site <= sites; site++) {
            for (int round = 0; round < rounds; round++) {
                assertThat(log)
                        .contains("site-%d trained on %d rows in round %d".formatted(site, ROWS[site - 1], round));
                assertThat(product.bucket().text(files + "site-%d/round_%d/seen.json".formatted(site, round)))
                        .contains("\"rows\": " + ROWS[site - 1]);
            }
        }
    }

    @Test
    void a_name_used_again_with_fewer_shards_keeps_what_the_earlier_job_wrote() {
        JobView first = product.finish(draft("again", ROWS));
        byte[] model = product.bucket().get("jobs/again/model_out/checkpoint.pt");

        JobView second = product.finish(draft("again", 25, 60));

        assertThat(second.shards()).isEqualTo(2);
        String previous = "jobs/again/previous/" + first.id() + "/";
        assertThat(product.bucket().get(previous + "model_out/checkpoint.pt")).isEqualTo(model);
        assertThat(product.bucket().text(previous + "files_out/training_log.txt"))
                .contains("site-3");
        assertThat(product.bucket().text("jobs/again/files_out/training_log.txt"))
                .doesNotContain("site-3");
        REFERENCE.assertAverage(product, "again", 25, 60);
    }

    private static Draft draft(String name, int... rows) {
        return Draft.of(name, MODEL, Zips.tables(rows), ROUNDS)
                .with("training", Map.of("localEpochs", EPOCHS, "learningRate", 0.05));
    }
}
