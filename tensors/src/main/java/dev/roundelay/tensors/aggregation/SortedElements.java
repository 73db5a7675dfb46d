package dev.roundelay.tensors.aggregation;

import java.util.Arrays;

/// The members' numbers for one element, ascending. Not for use by several threads.
final class SortedElements {
    private final double[] numbers;

    SortedElements(int members) {
        numbers = new double[members];
    }

    /// Returns the numbers of an element, ascending; overwritten by the next call.
    double[] of(Block block, int element) {
        for (int member = 0; member < block.members(); member++) {
            numbers[member] = block.input(member)[element];
        }
        Arrays.sort(numbers, 0, block.members());
        return numbers;
    }

    /// Returns the median of ascending numbers: the mean of the two in the middle if their count is even.
    static double median(double[] ascending, int count) {
        int middle = count / 2;
        // Halved before they are added: the sum of two large numbers may not fit.
        return count % 2 == 1 ? ascending[middle] : 0.5 * ascending[middle - 1] + 0.5 * ascending[middle];
    }

    /// Returns the mean of `numbers[from..to)`, added in that order.
    static double mean(double[] numbers, int from, int to) {
        double sum = numbers[from];
        for (int i = from + 1; i < to; i++) {
            sum += numbers[i];
        }
        return sum / (to - from);
    }
}
