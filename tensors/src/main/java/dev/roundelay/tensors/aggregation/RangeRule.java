package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.aggregation.AveragePlan.Range;
import dev.roundelay.tensors.aggregation.AveragePlan.TensorAverage;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Elements;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One thread's application of a rule to ranges. Not for use by several threads.
final class RangeRule implements ParallelRanges.RangeWork<Range> {
    private static final int BLOCK_ELEMENTS = RangeAverage.BLOCK_ELEMENTS;

    private final ElementRule rule;
    private final ElementRule.BlockArithmetic arithmetic;
    private final RangeAverage average;
    private final BlockSink sink;
    private final @Nullable KeptNumbers kept;
    private final Block block;
    private final WeightedSum codec = new WeightedSum(BLOCK_ELEMENTS);
    private final Output output = new Output();
    private final List<Output> keptOutputs = new ArrayList<>();

    /// @param kept null if the rule keeps nothing
    RangeRule(ElementRule rule, int members, BlockSink sink, @Nullable KeptNumbers kept) {
        this.rule = rule;
        this.arithmetic = rule.arithmetic(members);
        this.average = new RangeAverage(sink);
        this.sink = sink;
        this.kept = kept;
        this.block = new Block(members, rule.keptNumbers(), BLOCK_ELEMENTS);
        for (int k = 0; k < rule.keptNumbers(); k++) {
            keptOutputs.add(new Output());
        }
    }

    private static final class Output {
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(AveragePlan.RANGE_ELEMENTS * Long.BYTES);
        private final MemorySegment bytes = MemorySegment.ofBuffer(buffer);
    }

    @Override
    public void accept(Range range) throws IOException {
        TensorAverage tensor = range.tensor();
        if (!rule.takes(tensor.dtype())) {
            average.accept(range);
            return;
        }
        int elementBytes = tensor.dtype().byteSize();
        for (int done = 0; done < range.elementCount(); done += BLOCK_ELEMENTS) {
            make(tensor, range.from() + done, Math.min(BLOCK_ELEMENTS, range.elementCount() - done), done);
        }
        if (tensor.inputs().isEmpty()) {
            average.accept(range);
        } else {
            sink.write(
                    tensor.outputOffset() + range.from() * elementBytes,
                    output.buffer.slice(0, range.elementCount() * elementBytes));
        }
        if (kept != null) {
            for (int k = 0; k < keptOutputs.size(); k++) {
                int bytes =
                        range.elementCount() * KeptNumbers.dtype(tensor.dtype()).byteSize();
                kept.write(k, tensor, range.from(), keptOutputs.get(k).buffer.slice(0, bytes));
            }
        }
    }

    // What no member sent stays as it is, and so do its kept numbers.
    private void make(TensorAverage tensor, long from, int count, int done) {
        DType dtype = tensor.dtype();
        long offset = from * dtype.byteSize();
        block.begin(tensor.inputs().size(), count, tensor.total(), tensor.outputOffset() + offset);
        for (int k = 0; k < keptOutputs.size(); k++) {
            readKept(tensor, from, count, k);
        }
        if (!tensor.inputs().isEmpty()) {
            for (int member = 0; member < tensor.inputs().size(); member++) {
                Elements.decode(dtype, tensor.inputs().get(member), offset, count, block.input(member));
                block.weights()[member] = tensor.weights().get(member);
            }
            Elements.decode(dtype, tensor.global(), offset, count, block.global());
            arithmetic.apply(block);
            codec.set(block.result(), count);
            codec.writeMeans(dtype, count, 1, output.bytes, (long) done * dtype.byteSize());
        }
        DType keptType = KeptNumbers.dtype(dtype);
        for (int k = 0; k < keptOutputs.size(); k++) {
            codec.set(block.kept(k), count);
            codec.writeMeans(keptType, count, 1, keptOutputs.get(k).bytes, (long) done * keptType.byteSize());
        }
    }

    private void readKept(TensorAverage tensor, long from, int count, int k) {
        MemorySegment before = kept == null ? null : kept.before(k, tensor);
        if (before == null) {
            Arrays.fill(block.kept(k), 0, count, rule.firstNumber(k));
        } else {
            DType dtype = KeptNumbers.dtype(tensor.dtype());
            Elements.decode(dtype, before, from * dtype.byteSize(), count, block.kept(k));
        }
    }
}
