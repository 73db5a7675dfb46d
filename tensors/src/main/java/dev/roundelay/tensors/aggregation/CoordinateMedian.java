package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.tensor.DType;

/// The median of the members' numbers, element by element (Yin et al., 2018, "Byzantine-robust distributed learning").
/// All members weigh the same, since a member could claim any number of samples. Of all dtypes; 64-bit integers beyond
/// 2^53 are rounded to the nearest float64.
public record CoordinateMedian() implements ElementRule {
    @Override
    public boolean takes(DType dtype) {
        return true;
    }

    @Override
    public BlockArithmetic arithmetic(int members) {
        SortedElements sorted = new SortedElements(members);
        return block -> {
            for (int i = 0; i < block.count(); i++) {
                block.result()[i] = SortedElements.median(sorted.of(block, i), block.members());
            }
        };
    }
}
