package dev.roundelay.federation.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GaussianPrivacyTest {
    /// Figures of dp-accounting 0.6.0: `PLDAccountant` composes the mechanism numerically.
    @ParameterizedTest
    @CsvSource({
        "1.0, 1, 1e-5, 4.3771781000249295",
        "1.0, 10, 1e-5, 17.85658683146691",
        "2.0, 50, 1e-6, 22.424515828876753",
        "0.7, 5, 1e-5, 18.09345325673034",
        "10.0, 100, 1e-6, 4.8865541243770325",
        "4.0, 1000, 1e-7, 71.58721316470022"
    })
    void epsilon_is_that_of_a_published_accountant(double noise, long rounds, double delta, double published) {
        double epsilon = GaussianPrivacy.epsilon(noise, rounds, delta);

        assertThat(epsilon).isCloseTo(published, withinPercentage(1e-6));
    }

    @Test
    void more_noise_costs_less_and_more_rounds_cost_more() {
        assertThat(GaussianPrivacy.epsilon(2, 10, 1e-5)).isLessThan(GaussianPrivacy.epsilon(1, 10, 1e-5));
        assertThat(GaussianPrivacy.epsilon(1, 11, 1e-5)).isGreaterThan(GaussianPrivacy.epsilon(1, 10, 1e-5));
        assertThat(GaussianPrivacy.epsilon(1e9, 1, 0.5)).isZero();
        assertThat(GaussianPrivacy.epsilon(0.01, 10_000, 1e-9)).isFinite().isGreaterThan(1e6);
    }
}
