package dev.roundelay.tensors.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldedAverageTest {
    private static final int CASES = 120;

    @TempDir
    Path folder;

    /// Of all dtypes, partial state dicts, samples that are 0 for some, none or all; cut anywhere.
    @Test
    void however_the_updates_are_cut_the_bits_are_those_of_the_average_in_one() throws IOException {
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            for (int seed = 0; seed < CASES; seed++) {
                Path caseFolder = Files.createDirectory(folder.resolve("case" + seed));
                Random random = new Random(seed);
                int threads = 1 + seed % 3;
                try (RandomRound round = RandomRound.write(caseFolder, random)) {
                    AggregationResult whole = new FedAvg(executor, threads)
                            .aggregate(round.updates(), round.global(), round.metadata(), round.aggregate());

                    Path out = caseFolder.resolve("folded");
                    AggregationResult folded = fold(executor, threads, round, random, out);

                    assertThat(folded).as("seed %d", seed).isEqualTo(whole);
                    assertThat(out).as("seed %d", seed).hasSameBinaryContentAs(round.aggregate());
                    assertThat(caseFolder.resolve("sums"))
                            .satisfies(file -> assertThat(Files.size(file))
                                    .isLessThanOrEqualTo(FoldedAverage.bytesFor(
                                            round.global().layout())));
                }
            }
        }
    }

    private static AggregationResult fold(
            ExecutorService executor, int threads, RandomRound round, Random random, Path out) throws IOException {
        List<WeightedUpdate> updates = round.updates();
        try (FoldedAverage average = FoldedAverage.create(
                executor, threads, out.resolveSibling("sums"), round.global().layout())) {
            for (int from = 0; from < updates.size(); ) {
                int to = from + 1 + random.nextInt(updates.size() - from);
                average.fold(updates.subList(from, to), round.global());
                from = to;
            }
            return average.write(round.global(), round.metadata(), out);
        }
    }
}
