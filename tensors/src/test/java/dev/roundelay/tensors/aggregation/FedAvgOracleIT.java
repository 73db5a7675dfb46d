package dev.roundelay.tensors.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.tensors.Python;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same bits as numpy in float64: no tolerance, since both round at the same places.
class FedAvgOracleIT {
    private static final int CASES = 60;

    @TempDir
    Path folder;

    @Test
    void averages_are_numpys_to_the_last_bit() throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            for (int seed = 0; seed < CASES; seed++) {
                Path caseFolder = Files.createDirectory(folder.resolve("case" + seed));
                try (RandomRound round = RandomRound.write(caseFolder, new Random(seed))) {
                    new FedAvg(executor, 1 + seed % 3)
                            .aggregate(round.updates(), round.global(), round.metadata(), round.aggregate());
                }
            }
        }

        List<String> lines = Python.CURRENT.run("average_oracle.py", folder, folder.toString());

        assertThat(lines).hasSize(CASES).allMatch(line -> line.endsWith(" ok"));
    }
}
