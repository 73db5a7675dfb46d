package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.aggregation.AveragePlan.Range;
import dev.roundelay.tensors.aggregation.AveragePlan.TensorAverage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;

/// One thread's averaging of ranges: block by block, so that the float64 sums stay in the L1 or L2 cache.
/// Not for use
/// by several threads.
final class RangeAverage implements ParallelRanges.RangeWork<Range> {
    /// Elements of a block.
    static final int BLOCK_ELEMENTS = 4096;

    private final BlockSink sink;
    private final WeightedSum sum = new WeightedSum(BLOCK_ELEMENTS);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(AveragePlan.RANGE_ELEMENTS * Long.BYTES);
    private final MemorySegment output = MemorySegment.ofBuffer(buffer);

    RangeAverage(BlockSink sink) {
        this.sink = sink;
    }

    @Override
    public void accept(Range range) throws IOException {
        TensorAverage tensor = range.tensor();
        int elementBytes = tensor.dtype().byteSize();
        int rangeBytes = range.elementCount() * elementBytes;
        if (tensor.inputs().isEmpty()) {
            MemorySegment.copy(tensor.global(), range.from() * elementBytes, output, 0, rangeBytes);
        } else {
            for (int done = 0; done < range.elementCount(); done += BLOCK_ELEMENTS) {
                int count = Math.min(BLOCK_ELEMENTS, range.elementCount() - done);
                average(tensor, range.from() + done, count, (long) done * elementBytes);
            }
        }
        sink.write(tensor.outputOffset() + range.from() * elementBytes, buffer.slice(0, rangeBytes));
    }

    private void average(TensorAverage tensor, long from, int count, long outputOffset) {
        long offset = from * tensor.dtype().byteSize();
        List<MemorySegment> inputs = tensor.inputs();
        sum.set(
                tensor.dtype(),
                inputs.getFirst(),
                offset,
                count,
                tensor.weights().getFirst());
        for (int i = 1; i < inputs.size(); i++) {
            sum.add(
                    tensor.dtype(),
                    inputs.get(i),
                    offset,
                    count,
                    tensor.weights().get(i));
        }
        sum.writeMeans(tensor.dtype(), count, tensor.total(), output, outputOffset);
        switch (tensor.dtype()) {
            case F64, I64 -> keepEqual(inputs, offset, count, outputOffset);
            case F32, F16, BF16, I32, I16, I8, U8, BOOL -> {}
        }
    }

    // A 64-bit element times its samples may not fit float64, so that equal inputs would not average to
    // themselves.
    private void keepEqual(List<MemorySegment> inputs, long offset, int count, long outputOffset) {
        for (int i = 0; i < count; i++) {
            long at = offset + (long) i * Long.BYTES;
            long first = inputs.getFirst().get(ValueLayout.JAVA_LONG_UNALIGNED, at);
            boolean equal = true;
            for (int input = 1; equal && input < inputs.size(); input++) {
                equal = inputs.get(input).get(ValueLayout.JAVA_LONG_UNALIGNED, at) == first;
            }
            if (equal) {
                output.set(ValueLayout.JAVA_LONG_UNALIGNED, outputOffset + (long) i * Long.BYTES, first);
            }
        }
    }
}
