package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.tensor.DType;

/// The mean of the members' numbers without the largest and the smallest ones, element by element (Yin et al., 2018,
/// "Byzantine-robust distributed learning"). All members weigh the same. Of all dtypes, as [CoordinateMedian].
///
/// @param trim part of the members that is left out at each end, rounded down: 0 or more, below 0.5
public record TrimmedMean(double trim) implements ElementRule {
    @Override
    public boolean takes(DType dtype) {
        return true;
    }

    @Override
    public BlockArithmetic arithmetic(int members) {
        SortedElements sorted = new SortedElements(members);
        return block -> {
            int cut = (int) Math.floor(trim * block.members());
            for (int i = 0; i < block.count(); i++) {
                block.result()[i] = SortedElements.mean(sorted.of(block, i), cut, block.members() - cut);
            }
        };
    }
}
