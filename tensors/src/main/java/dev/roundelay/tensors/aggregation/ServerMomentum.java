package dev.roundelay.tensors.aggregation;

/// FedAvgM (Hsu, Qi and Brown, 2019, "Measuring the effects of non-identical data distribution"): with `d` the weighted
/// mean of the updates minus the global model, `v = momentum * v + d` and the next model is `x + learningRate * v`.
/// `v` is kept.
///
/// @param learningRate finite, above 0
/// @param momentum     0 or more, below 1
public record ServerMomentum(double learningRate, double momentum) implements ElementRule {
    @Override
    public int keptNumbers() {
        return 1;
    }

    @Override
    public BlockArithmetic arithmetic(int members) {
        return block -> {
            block.mean();
            double[] x = block.global();
            double[] v = block.kept(0);
            double[] result = block.result();
            for (int i = 0; i < block.count(); i++) {
                v[i] = momentum * v[i] + (result[i] - x[i]);
                result[i] = x[i] + learningRate * v[i];
            }
        };
    }
}
