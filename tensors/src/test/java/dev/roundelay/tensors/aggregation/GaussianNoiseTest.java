package dev.roundelay.tensors.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GaussianNoiseTest {
    private static final byte[] KEY = new byte[32];

    private static double[] noise(byte[] key, long place, int count) {
        double[] numbers = new double[count];
        new GaussianNoise(key).source().add(place, count, 2.0, numbers);
        return numbers;
    }

    @Test
    void it_follows_from_key_and_place_alone() {
        GaussianNoise.Source used = new GaussianNoise(KEY).source();
        used.add(0, 4_096, 1, new double[4_096]);
        double[] again = new double[4_095];
        used.add(8_192, 4_095, 2.0, again);

        assertThat(again).isEqualTo(noise(KEY, 8_192, 4_095));
        assertThat(noise(KEY, 0, 100)).isNotEqualTo(noise(KEY, 1, 100));
        byte[] other = KEY.clone();
        other[31] = 1;
        assertThat(noise(KEY, 0, 100)).isNotEqualTo(noise(other, 0, 100));
    }

    @Test
    void neighbouring_places_share_no_number() {
        double[] all = new double[20 * 4_096];
        for (int place = 0; place < 20; place++) {
            System.arraycopy(noise(KEY, place, 4_096), 0, all, place * 4_096, 4_096);
        }
        assertThat(Arrays.stream(all).distinct().count()).isEqualTo(all.length);
    }

    /// Moments of half a million numbers, within five standard errors.
    @Test
    void it_is_normal_with_the_deviation_asked_for() {
        int count = 1 << 19;
        double[] numbers = noise(KEY, 7, count);
        double error = 1 / Math.sqrt(count);

        double mean = Arrays.stream(numbers).average().orElseThrow() / 2;
        double square = Arrays.stream(numbers).map(x -> x * x / 4).average().orElseThrow();
        double third = Arrays.stream(numbers).map(x -> x * x * x / 8).average().orElseThrow();
        double fourth =
                Arrays.stream(numbers).map(x -> x * x * x * x / 16).average().orElseThrow();
        double beyond =
                Arrays.stream(numbers).filter(x -> Math.abs(x) > 2 * 1.96).count() / (double) count;

        assertThat(mean).isEqualTo(0, within(5 * error));
        assertThat(square).isEqualTo(1, within(5 * Math.sqrt(2) * error));
        assertThat(third).isEqualTo(0, within(5 * Math.sqrt(15) * error));
        assertThat(fourth).isEqualTo(3, within(5 * Math.sqrt(96) * error));
        assertThat(beyond).isEqualTo(0.05, within(5 * Math.sqrt(0.05 * 0.95) * error));
        // Cosine and sine of one pair are not related.
        double related = 0;
        for (int i = 0; i < count; i += 2) {
            related += numbers[i] * numbers[i + 1] / 4;
        }
        assertThat(related / (count / 2.0)).isEqualTo(0, within(5 * Math.sqrt(2) * error));
    }
}
