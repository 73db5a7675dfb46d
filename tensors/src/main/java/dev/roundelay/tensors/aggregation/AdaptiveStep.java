package dev.roundelay.tensors.aggregation;

/// FedAdagrad, FedAdam and FedYogi (Reddi et al., 2021, "Adaptive federated optimization", algorithm 2): with `d` the
/// weighted mean of the updates minus the global model, `m = beta1 * m + (1 - beta1) * d`, a `v` by the kind, and the
/// next
/// model is `x + learningRate * m / (sqrt(v) + tau)`. `m` and `v` are kept; `v` begins as `tau^2`, and there is no
/// correction of the bias, as in the paper.
///
/// @param learningRate finite, above 0
/// @param beta1        0 or more, below 1
/// @param beta2        0 or more, below 1; of no use to `ADAGRAD`
/// @param tau          how adaptive it is: finite, above 0
public record AdaptiveStep(Kind kind, double learningRate, double beta1, double beta2, double tau)
        implements ElementRule {
    /// How `v` follows `d`.
    public enum Kind {
        /// `v = v + d^2`
        ADAGRAD,
        /// `v = beta2 * v + (1 - beta2) * d^2`
        ADAM,
        /// `v = v - (1 - beta2) * d^2 * sign(v - d^2)`
        YOGI
    }

    @Override
    public int keptNumbers() {
        return 2;
    }

    @Override
    public double firstNumber(int k) {
        return k == 0 ? 0 : tau * tau;
    }

    @Override
    public BlockArithmetic arithmetic(int members) {
        return block -> {
            block.mean();
            double[] x = block.global();
            double[] m = block.kept(0);
            double[] v = block.kept(1);
            double[] result = block.result();
            for (int i = 0; i < block.count(); i++) {
                double d = result[i] - x[i];
                m[i] = beta1 * m[i] + (1 - beta1) * d;
                v[i] = next(v[i], d * d);
                result[i] = x[i] + learningRate * m[i] / (Math.sqrt(v[i]) + tau);
            }
        };
    }

    private double next(double v, double square) {
        return switch (kind) {
            case ADAGRAD -> v + square;
            case ADAM -> beta2 * v + (1 - beta2) * square;
            case YOGI -> v - (1 - beta2) * square * Math.signum(v - square);
        };
    }
}
