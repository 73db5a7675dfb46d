package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.tensor.DType;

/// How each element of the next model is made of the members' elements, of the global model's, and of the numbers that
/// were kept for it from the round before. All arithmetic is in float64; what is made is rounded once to the tensor's
/// dtype, half to even, what is kept once to float32 (float64 for F64). Immutable, safe for use by several threads.
public sealed interface ElementRule
        permits ServerMomentum, AdaptiveStep, CoordinateMedian, TrimmedMean, NearestToMedian, ClippedMean {
    /// Returns how many numbers are kept for each element.
    default int keptNumbers() {
        return 0;
    }

    /// Returns the number that stands for one that is not kept yet.
    ///
    /// @param k from 0 to `keptNumbers() - 1`
    default double firstNumber(int k) {
        return 0;
    }

    /// Returns whether tensors of that dtype follow the rule; all others are averaged as [FedAvg] does.
    default boolean takes(DType dtype) {
        return dtype.isFloating();
    }

    /// Returns the arithmetic of one thread.
    ///
    /// @param members most members of a block
    BlockArithmetic arithmetic(int members);

    /// What a thread does with a block of elements.
    interface BlockArithmetic {
        /// Sets `block.result()` and overwrites `block.kept()`.
        void apply(Block block);
    }
}
