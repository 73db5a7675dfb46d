package dev.roundelay.federation.strategy;

/// What Gaussian noise promises (Dwork et al., 2006): the exact curve of the mechanism that is applied several times,
/// after
/// Balle and Wang (2018, "Improving the Gaussian mechanism for differential privacy", theorem 8) and Dong, Roth and Su
/// (2022, "Gaussian differential privacy", corollary 3.3): `k` rounds of noise multiplier `s` are one of `s / sqrt(k)`.
///
/// Neighbours are two runs of which one lacks the updates of one site. Nothing is gained by sampling: who is asked
/// follows
/// from the job's seed, which is no secret.
public final class GaussianPrivacy {
    private static final double PRECISION = 1e-9;
    private static final double FAR = 3;
    private static final int FRACTION_TERMS = 200;
    private static final double LOG_ROOT_2_PI = Math.log(2 * Math.PI) / 2;

    private GaussianPrivacy() {}

    /// Returns the least epsilon for a delta.
    ///
    /// @param noiseMultiplier standard deviation of the noise in units of the largest norm of an update, above 0
    /// @param rounds          how often a site has taken part at most
    /// @param delta           above 0, below 1
    public static double epsilon(double noiseMultiplier, long rounds, double delta) {
        double mu = Math.sqrt(rounds) / noiseMultiplier;
        if (delta(0, mu) <= delta) {
            return 0;
        }
        double high = 1;
        while (delta(high, mu) > delta) {
            high *= 2;
        }
        double low = 0;
        while (high - low > PRECISION * Math.max(1, high)) {
            double middle = (low + high) / 2;
            if (delta(middle, mu) > delta) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /// Returns the delta that belongs to an epsilon: `P(mu/2 - e/mu) - exp(e) P(-mu/2 - e/mu)`, `P` the normal
    /// distribution.
    static double delta(double epsilon, double mu) {
        return Math.exp(logNormal(mu / 2 - epsilon / mu)) - Math.exp(epsilon + logNormal(-mu / 2 - epsilon / mu));
    }

    // Logarithms, since exp(e) overflows where the distribution underflows. Near 0 the series of Marsaglia (2004,
    // "Evaluating the normal distribution"), beyond it the tail.
    private static double logNormal(double x) {
        if (x < -FAR) {
            return logTail(-x);
        }
        if (x > FAR) {
            return Math.log1p(-Math.exp(logTail(x)));
        }
        double term = x;
        double sum = x;
        for (int k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return Math.log(0.5 + sum * Math.exp(-x * x / 2 - LOG_ROOT_2_PI));
    }

    // Laplace's continued fraction: P(-z) = p(z) / (z + 1/(z + 2/(z + 3/(z + ...)))), `p` the density.
    private static double logTail(double z) {
        double fraction = z;
        for (int k = FRACTION_TERMS; k >= 1; k--) {
            fraction = z + k / fraction;
        }
        return -z * z / 2 - LOG_ROOT_2_PI - Math.log(fraction);
    }
}
