package dev.roundelay.federation.strategy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// The geometric median by the smoothed Weiszfeld algorithm (Pillutla, Kakade and Harchaoui, 2022, "Robust aggregation
/// for
/// federated learning"). All updates weigh the same at the beginning.
///
/// Every step is a weighted mean of the updates, so that its distance to each update follows from those of the pairs:
/// with weights `a` of sum 1, `|x_i - z|^2 = sum_j a_j d_ij - 1/2 sum_jk a_j a_k d_jk`, where `d` are squared
/// distances.
/// The models are read twice, whatever the number of steps.
///
/// @param iterations most steps; they end before when no weight changes by 1e-10
record GeometricMedian(ModelArithmetic models, int iterations) implements Strategy {
    private static final double CHANGE = 1e-10;
    /// A distance below this part of the largest one counts as this part.
    private static final double SMOOTHING = 1e-6;

    private static final double FAINT = 0.1;

    @Override
    public Outcome aggregate(Input input) throws IOException {
        double[][] distances = models.geometry().squaredDistances(input.files(), input.global());
        double[] weights = weights(distances, iterations);
        models.mean().aggregate(input.files(), weights, input.global(), input.metadata(), input.out());
        List<Integer> faint = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] * weights.length < FAINT) {
                faint.add(input.shards().get(i));
            }
        }
        return new Outcome(
                false,
                Map.of(),
                faint.isEmpty()
                        ? List.of()
                        : List.of("far from the others, with less than a tenth of an equal weight: "
                                + Remarks.names(faint)));
    }

    /// Returns the weights, of sum 1, of which the median is the mean.
    static double[] weights(double[][] squaredDistances, int iterations) {
        int count = squaredDistances.length;
        double[] weights = new double[count];
        Arrays.fill(weights, 1.0 / count);
        double largest = 0;
        for (double[] row : squaredDistances) {
            for (double distance : row) {
                largest = Math.max(largest, distance);
            }
        }
        double least = SMOOTHING * Math.sqrt(largest);
        if (least == 0) {
            return weights;
        }
        for (int step = 0; step < iterations; step++) {
            double[] next = step(squaredDistances, weights, least);
            double change = 0;
            for (int i = 0; i < count; i++) {
                change = Math.max(change, Math.abs(next[i] - weights[i]));
            }
            weights = next;
            if (change < CHANGE) {
                break;
            }
        }
        return weights;
    }

    private static double[] step(double[][] distances, double[] weights, double least) {
        int count = weights.length;
        double[] toEach = new double[count];
        double spread = 0;
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < count; j++) {
                toEach[i] += weights[j] * distances[i][j];
            }
            spread += weights[i] * toEach[i];
        }
        double[] next = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            next[i] = 1 / Math.max(least, Math.sqrt(Math.max(0, toEach[i] - spread / 2)));
            sum += next[i];
        }
        for (int i = 0; i < count; i++) {
            next[i] /= sum;
        }
        return next;
    }
}
