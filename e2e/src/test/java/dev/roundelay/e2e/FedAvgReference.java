package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Federated averaging of `line_model.py` done by hand in plain torch, by the oldest and the current torch.
record FedAvgReference(int rounds, int epochs, double rate) {
    private static final double TOLERANCE = 1e-6;

    /// Asserts that a job's checkpoint loads with `weights_only` and is what the reference makes of these
    /// tables.
    ///
    /// @param rows rows of each shard, as for [Zips#csv]
    void assertAverage(Product product, String slug, int... rows) {
        try {
            Path folder = Files.createTempDirectory(product.folder(), "reference-" + slug);
            Path checkpoint = folder.resolve("checkpoint.pt");
            Files.write(checkpoint, product.bucket().get("jobs/" + slug + "/model_out/checkpoint.pt"));
            Files.writeString(folder.resolve("line_model.py"), Python.resource("line_model.py"));
            List<String> arguments =
                    new ArrayList<>(List.of(checkpoint.toString(), "" + rounds, "" + epochs, "" + rate));
            List<byte[]> tables = Zips.csv(rows);
            for (int i = 0; i < tables.size(); i++) {
                Path shard = Files.createDirectory(folder.resolve("shard-" + i));
                Files.write(shard.resolve("data.csv"), tables.get(i));
                arguments.add(shard.toString());
            }
            for (Path python : List.of(Python.SYSTEM, Python.ofVariable("ROUNDELAY_TEST_PYTHON"))) {
                String difference =
                        Python.run(python, Map.of(), folder, "fedavg_reference.py", arguments.toArray(String[]::new));
                assertThat(Double.parseDouble(difference.strip()))
                        .as("with " + python)
                        .isLessThan(TOLERANCE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
