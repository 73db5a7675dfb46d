package dev.roundelay.federation.metric;

import java.util.Map;
import java.util.TreeMap;

/// Sample-weighted means of metrics by name, over the sites that gave the name. Where every site that gave it has 0
/// samples, they weigh the same. Collects in the order of the calls; not thread-safe.
public final class WeightedMeans {
    private final Map<String, Sum> sums = new TreeMap<>();

    /// Adds what one site measured.
    ///
    /// @param samples >= 0
    public void add(Map<String, Double> metrics, long samples) {
        metrics.forEach(
                (name, value) -> sums.computeIfAbsent(name, _ -> new Sum()).add(value, samples));
    }

    /// Returns the means so far, in the order of their names.
    public Map<String, Double> means() {
        var means = new TreeMap<String, Double>();
        sums.forEach((name, sum) -> means.put(name, sum.mean()));
        return means;
    }

    private static final class Sum {
        private double weighted;
        private double plain;
        private long samples;
        private int sites;

        void add(double value, long weight) {
            weighted += value * weight;
            plain += value;
            samples += weight;
            sites++;
        }

        double mean() {
            return samples > 0 ? weighted / samples : plain / sites;
        }
    }
}
