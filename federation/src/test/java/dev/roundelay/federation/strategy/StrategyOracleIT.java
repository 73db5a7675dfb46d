package dev.roundelay.federation.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.federation.RunSpec.StrategySpec;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each strategy over three rounds against numpy in float64: the same bits where all sums are in one order, and within
/// the
/// last place where they are not.
class StrategyOracleIT {
    private static final int ROUNDS = 3;
    private static final int SEEDS = 2;

    @TempDir
    Path folder;

    private static List<StrategySpec> specs() {
        return List.of(
                spec("fed_avg", Map.of()),
                spec("fed_prox", Map.of("mu", 0.1)),
                spec("fed_avg_m", Map.of()),
                spec("fed_avg_m", Map.of("learning_rate", 0.7, "momentum", 0.5)),
                spec("fed_adagrad", Map.of()),
                spec("fed_adagrad", Map.of("learning_rate", 0.03, "beta1", 0.8, "tau", 0.1)),
                spec("fed_adam", Map.of()),
                spec("fed_adam", Map.of("learning_rate", 0.03, "beta1", 0.5, "beta2", 0.999, "tau", 1e-8)),
                spec("fed_yogi", Map.of()),
                spec("scaffold", Map.of()),
                spec("scaffold", Map.of("learning_rate", 0.5)),
                spec("fed_median", Map.of()),
                spec("trimmed_mean", Map.of()),
                spec("trimmed_mean", Map.of("trim", 0.45)),
                spec("krum", Map.of("byzantine", 2)),
                spec("multi_krum", Map.of("byzantine", 2)),
                spec("multi_krum", Map.of("byzantine", 1, "keep", 3)),
                spec("bulyan", Map.of()),
                spec("geometric_median", Map.of()),
                spec("geometric_median", Map.of("iterations", 3)),
                spec("dp_fed_avg", Map.of("clip_norm", 30, "noise_multiplier", 0)),
                spec("dp_fed_avg", Map.of("clip_norm", 1e9, "noise_multiplier", 0)));
    }

    private static StrategySpec spec(String name, Map<String, Object> args) {
        return new StrategySpec(name, args);
    }

    @Test
    void every_strategy_makes_what_numpy_makes() throws Exception {
        int number = 0;
        for (StrategySpec spec : specs()) {
            for (int seed = 0; seed < SEEDS; seed++) {
                write(Files.createDirectory(folder.resolve("case%03d".formatted(number))), spec, number);
                number++;
            }
        }

        List<String> lines = oracle();

        assertThat(lines).as(String.join("\n", lines)).hasSize(number).allMatch(line -> line.endsWith(" ok"));
        assertThat(specs().stream().map(StrategySpec::name).distinct())
                .containsExactlyInAnyOrderElementsOf(StrategyCatalogue.all().stream()
                        .map(StrategyDefinition::name)
                        .toList());
    }

    private void write(Path place, StrategySpec spec, int seed) throws Exception {
        Map<String, Double> values =
                StrategyCatalogue.find(spec.name()).orElseThrow().values(spec.args());
        Files.writeString(
                place.resolve("spec.json"),
                values.entrySet().stream()
                        .map(entry -> String.format(Locale.ROOT, "\"%s\": %s", entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining(", ", "{\"name\": \"" + spec.name() + "\", \"args\": {", "}}")));
        Random random = new Random(seed);
        RandomUpdates updates = new RandomUpdates(random, 7 + random.nextInt(4));
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            ModelArithmetic models = ModelArithmetic.on(pool, 1 + seed % 3, random);
            Path state = null;
            for (int round = 0; round < ROUNDS; round++) {
                Path files = Files.createDirectory(place.resolve("r" + round));
                Path before = place.resolve("r" + (round - 1)).resolve("next.safetensors");
                try (RandomUpdates.Opened opened = updates.write(files, round == 0 ? null : before)) {
                    Path stateOut = files.resolve("state.safetensors");
                    Strategy.Outcome outcome = Strategy.of(spec, models)
                            .aggregate(opened.input(state, files.resolve("next.safetensors"), stateOut));
                    state = outcome.hasState() ? stateOut : null;
                    assertThat(Files.exists(stateOut)).isEqualTo(outcome.hasState());
                }
            }
        }
    }

    private List<String> oracle() throws Exception {
        Path script = folder.resolve("strategy_oracle.py");
        try (InputStream in = StrategyOracleIT.class.getResourceAsStream("strategy_oracle.py")) {
            Files.copy(in, script);
        }
        String python = System.getenv("ROUNDELAY_TEST_PYTHON");
        assertThat(python).as("ROUNDELAY_TEST_PYTHON; run `make setup`").isNotBlank();
        Process process = new ProcessBuilder(python, script.toString(), folder.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output.lines().toList();
    }
}
