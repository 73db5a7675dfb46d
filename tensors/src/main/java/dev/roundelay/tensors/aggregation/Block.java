package dev.roundelay.tensors.aggregation;

/// A block of elements of one tensor as float64, overwritten with each next one. Not for use by several threads.
///
/// All arrays of elements hold at least `count` of them.
final class Block {
    private final double[][] inputs;
    private final double[] weights;
    private final double[] global;
    private final double[][] kept;
    private final double[] result;
    private int members;
    private int count;
    private double total;
    private long position;

    Block(int members, int kept, int elements) {
        inputs = new double[members][elements];
        weights = new double[members];
        global = new double[elements];
        this.kept = new double[kept][elements];
        result = new double[elements];
    }

    /// Begins a block.
    ///
    /// @param at where it starts: no two blocks of a model have the same
    void begin(int ofMembers, int ofElements, double totalWeight, long at) {
        members = ofMembers;
        count = ofElements;
        total = totalWeight;
        position = at;
    }

    /// Returns how many members have this tensor.
    int members() {
        return members;
    }

    int count() {
        return count;
    }

    long position() {
        return position;
    }

    /// Returns the elements of a member, ascending by shard.
    double[] input(int member) {
        return inputs[member];
    }

    /// Returns the weights of the members.
    double[] weights() {
        return weights;
    }

    /// Returns the sum of the weights.
    double total() {
        return total;
    }

    double[] global() {
        return global;
    }

    /// Returns the k-th kept number of each element.
    double[] kept(int k) {
        return kept[k];
    }

    double[] result() {
        return result;
    }

    /// Sets the result to the members' weighted mean, with the sums in the order of the members.
    void mean() {
        double[] first = inputs[0];
        for (int i = 0; i < count; i++) {
            result[i] = weights[0] * first[i];
        }
        for (int member = 1; member < members; member++) {
            double[] input = inputs[member];
            double weight = weights[member];
            for (int i = 0; i < count; i++) {
                result[i] += weight * input[i];
            }
        }
        for (int i = 0; i < count; i++) {
            result[i] /= total;
        }
    }
}
