package dev.roundelay.tensors.aggregation;

import org.jspecify.annotations.Nullable;

/// The global model plus the mean of the members' differences from it, each scaled by its member's weight, plus
/// Gaussian
/// noise (McMahan et al., 2018, "Learning differentially private recurrent language models", with a fixed bound). A
/// member
/// that did not send a tensor counts as one that did not change it.
///
/// @param members           how many there are
/// @param standardDeviation of the noise of each element; 0 for none
/// @param noise             null for none
public record ClippedMean(
        int members, double standardDeviation, @Nullable GaussianNoise noise) implements ElementRule {
    @Override
    public BlockArithmetic arithmetic(int most) {
        GaussianNoise.Source source = noise == null ? null : noise.source();
        return block -> {
            double[] x = block.global();
            double[] result = block.result();
            for (int i = 0; i < block.count(); i++) {
                double sum = block.weights()[0] * (block.input(0)[i] - x[i]);
                for (int member = 1; member < block.members(); member++) {
                    sum += block.weights()[member] * (block.input(member)[i] - x[i]);
                }
                result[i] = x[i] + sum / members;
            }
            if (source != null) {
                source.add(block.position(), block.count(), standardDeviation, result);
            }
        };
    }
}
