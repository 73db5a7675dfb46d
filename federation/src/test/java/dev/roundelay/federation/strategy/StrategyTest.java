package dev.roundelay.federation.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.roundelay.federation.RunSpec.StrategySpec;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StrategyTest {
    @TempDir
    Path folder;

    private final ExecutorService pool = Executors.newFixedThreadPool(2);
    private int files;

    @AfterEach
    void stop() {
        pool.close();
    }

    static List<String> names() {
        return StrategyCatalogue.all().stream().map(StrategyDefinition::name).toList();
    }

    /// Their product divides: one that is no normal number would make every weight NaN.
    @ParameterizedTest
    @CsvSource({
        "3, 0.1, ''",
        "0, 0.1, steps",
        "3, -1, lr",
        "3, NaN, lr",
        "1e-300, 1e-300, steps lr",
        "1e300, 1e300, steps lr",
    })
    void scaffold_takes_no_steps_and_learning_rate_that_it_cannot_divide_by(double steps, double rate, String missing) {
        StrategyDefinition scaffold = StrategyCatalogue.find("scaffold").orElseThrow();

        assertThat(String.join(" ", scaffold.missing(Map.of("steps", steps, "lr", rate))))
                .isEqualTo(missing);
    }

    /// A restart aggregates again from the committed state, whatever the threads and the server's own randomness.
    @ParameterizedTest
    @MethodSource("names")
    void a_round_that_is_made_again_from_the_same_state_has_the_same_bits(String name) throws Exception {
        StrategySpec spec = new StrategySpec(name, Map.of());
        RandomUpdates updates = new RandomUpdates(new Random(3), 7);
        @Nullable Path state = null;
        Path model;
        try (RandomUpdates.Opened first = updates.write(newFolder(), null)) {
            Made made = run(spec, first, null, 1, 11);
            if (made.outcome().hasState()) {
                state = made.state();
            }
            model = made.model();
        }

        try (RandomUpdates.Opened second = updates.write(newFolder(), model)) {
            Made once = run(spec, second, state, 1, 12);
            Made again = run(spec, second, state, 3, 13);

            assertThat(once.model()).hasSameBinaryContentAs(again.model());
            assertThat(once.outcome()).isEqualTo(again.outcome());
            if (once.outcome().hasState()) {
                assertThat(once.state()).hasSameBinaryContentAs(again.state());
            }
        }
    }

    @Test
    void noise_is_new_each_round_and_its_cost_adds_up() throws Exception {
        StrategySpec spec = new StrategySpec("dp_fed_avg", Map.of("clip_norm", 2.0, "noise_multiplier", 1.5));
        RandomUpdates updates = new RandomUpdates(new Random(4), 8);
        try (RandomUpdates.Opened round = updates.write(newFolder(), null)) {
            Made plain = run(
                    new StrategySpec("dp_fed_avg", Map.of("clip_norm", 2.0, "noise_multiplier", 0)), round, null, 1, 1);
            Made first = run(spec, round, null, 1, 1);
            Made second = run(spec, round, first.state(), 1, 1);
            Made other = run(spec, round, null, 1, 2);

            float[] one = minus(first.model(), plain.model());
            float[] two = minus(second.model(), plain.model());
            double deviation = 1.5 * 2.0 / 8;
            assertThat(deviation(one)).isCloseTo(deviation, within(0.02 * deviation));
            assertThat(deviation(two)).isCloseTo(deviation, within(0.02 * deviation));
            assertThat(one).isNotEqualTo(two).isNotEqualTo(minus(other.model(), plain.model()));
            assertThat(first.outcome().metrics().get("dp_epsilon")).isEqualTo(GaussianPrivacy.epsilon(1.5, 1, 1e-5));
            assertThat(second.outcome().metrics().get("dp_epsilon")).isEqualTo(GaussianPrivacy.epsilon(1.5, 2, 1e-5));
            assertThat(plain.outcome().metrics()).doesNotContainKey("dp_epsilon");
            assertThat(plain.outcome().hasState()).isFalse();
        }
    }

    /// One member of seven sends something far off: a robust strategy stays near the others, the mean does not.
    @ParameterizedTest
    @CsvSource({
        "fed_avg, true",
        "fed_median, false",
        "trimmed_mean, false",
        "krum, false",
        "multi_krum, false",
        "bulyan, false",
        "geometric_median, false"
    })
    void a_robust_strategy_is_not_moved_by_one_that_is_far_off(String name, boolean moved) throws Exception {
        RandomUpdates updates = new RandomUpdates(new Random(8), 7);
        try (RandomUpdates.Opened round = updates.write(newFolder(), null)) {
            Made made = run(new StrategySpec(name, Map.of()), round, null, 2, 1);

            double change = deviation(minus(made.model(), round.global().path()));
            // The far one is 5 off in each element, the others 0.1.
            assertThat(change > 0.3).as("moved by " + change).isEqualTo(moved);
        }
    }

    @Test
    void who_was_left_out_is_named() throws Exception {
        RandomUpdates updates = new RandomUpdates(new Random(8), 7);
        try (RandomUpdates.Opened round = updates.write(newFolder(), null)) {
            Strategy.Outcome krum = run(new StrategySpec("multi_krum", Map.of()), round, null, 2, 1)
                    .outcome();
            Strategy.Outcome median = run(new StrategySpec("geometric_median", Map.of()), round, null, 2, 1)
                    .outcome();

            assertThat(krum.metrics()).containsExactly(Map.entry("chosen_updates", 6.0));
            assertThat(krum.remarks())
                    .singleElement()
                    .asString()
                    .matches("left out as far from the others: site-[1-7]");
            assertThat(median.remarks())
                    .singleElement()
                    .asString()
                    .endsWith(krum.remarks()
                            .getFirst()
                            .substring(krum.remarks().getFirst().lastIndexOf(' ')));
        }
    }

    @Test
    void arguments_are_checked_in_words() {
        StrategyDefinition krum = StrategyCatalogue.find("krum").orElseThrow();
        StrategyDefinition adam = StrategyCatalogue.find("fed_adam").orElseThrow();
        Map<String, Object> wrong = new HashMap<>();
        wrong.put("learning_rate", 0);
        wrong.put("beta1", 1.0);
        wrong.put("beta2", "much");
        wrong.put("momentum", 0.5);

        assertThat(adam.problems(wrong))
                .containsExactly(
                        "beta1: 1.0 does not fit; use a number of at least 0 and less than 1",
                        "beta2: 'much' is no number; use a number of at least 0 and less than 1",
                        "learning_rate: 0 does not fit; use a number of more than 0",
                        "momentum: fed_adam has no such argument; use one of learning_rate, beta1, beta2, tau");
        assertThat(krum.problems(Map.of("byzantine", 1.5)))
                .containsExactly("byzantine: 1.5 does not fit; use a whole number of at least 0");
        assertThat(StrategyCatalogue.find("fed_avg").orElseThrow().problems(Map.of("x", 1)))
                .containsExactly("x: fed_avg has no such argument; it takes none");
        assertThat(krum.neededUpdates(Map.of("byzantine", 2))).isEqualTo(7);
        assertThat(adam.neededUpdates(Map.of())).isEqualTo(1);
        assertThatThrownBy(() -> Strategy.of(new StrategySpec("magic", Map.of()), models(1, 1)))
                .hasMessageContaining("[strategy magic] is not known");
    }

    private record Made(Path model, Path state, Strategy.Outcome outcome) {}

    private Made run(StrategySpec spec, RandomUpdates.Opened round, @Nullable Path state, int threads, long seed)
            throws IOException {
        Path model = folder.resolve("model" + files);
        Path stateOut = folder.resolve("state" + files++);
        return new Made(
                model,
                stateOut,
                Strategy.of(spec, models(threads, seed)).aggregate(round.input(state, model, stateOut)));
    }

    private ModelArithmetic models(int threads, long seed) {
        return ModelArithmetic.on(pool, threads, new Random(seed));
    }

    private Path newFolder() throws IOException {
        return Files.createDirectory(folder.resolve("round" + files++));
    }

    /// Returns the differences of the large tensor of two models.
    private static float[] minus(Path a, Path b) throws IOException {
        try (SafetensorsReader left = SafetensorsReader.open(a);
                SafetensorsReader right = SafetensorsReader.open(b)) {
            float[] difference = left.view("range").segment().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            float[] other = right.view("range").segment().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            for (int i = 0; i < difference.length; i++) {
                difference[i] -= other[i];
            }
            return difference;
        }
    }

    private static double deviation(float[] numbers) {
        double sum = 0;
        for (float number : numbers) {
            sum += (double) number * number;
        }
        return Math.sqrt(sum / numbers.length);
    }
}
