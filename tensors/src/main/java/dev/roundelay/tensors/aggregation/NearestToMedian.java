package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.tensor.DType;

/// The mean of the members' numbers that are nearest to their median, element by element: the second step of Bulyan (El
/// Mhamdi, Guerraoui and Rouault, 2018, "The hidden vulnerability of distributed learning in Byzantium"). All members
/// weigh the same. Of all dtypes, as [CoordinateMedian].
///
/// @param leftOut how many of the members are left out for each element; one member at least counts
public record NearestToMedian(int leftOut) implements ElementRule {
    @Override
    public boolean takes(DType dtype) {
        return true;
    }

    @Override
    public BlockArithmetic arithmetic(int members) {
        SortedElements sorted = new SortedElements(members);
        return block -> {
            int kept = Math.max(1, block.members() - leftOut);
            for (int i = 0; i < block.count(); i++) {
                double[] numbers = sorted.of(block, i);
                double median = SortedElements.median(numbers, block.members());
                int from = nearest(numbers, block.members(), kept, median);
                block.result()[i] = SortedElements.mean(numbers, from, from + kept);
            }
        };
    }

    // The nearest ones stand side by side: drop whichever end is farther away, the upper one if both are as far.
    private static int nearest(double[] ascending, int count, int kept, double median) {
        int from = 0;
        int to = count;
        while (to - from > kept) {
            if (median - ascending[from] > ascending[to - 1] - median) {
                from++;
            } else {
                to--;
            }
        }
        return from;
    }
}
