package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.tensor.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// One thread's making of means from the sums of a [FoldedAverage]. Not for use by several threads.
final class RangeMean implements ParallelRanges.RangeWork<FoldedTensor.Range> {
    private final FileChannel file;
    private final SafetensorsReader global;
    private final BlockSink sink;
    private final WeightedSum sum = new WeightedSum(RangeAverage.BLOCK_ELEMENTS);
    private final ByteBuffer sums = ByteBuffer.allocateDirect(AveragePlan.RANGE_ELEMENTS * Double.BYTES);
    private final ByteBuffer first = ByteBuffer.allocateDirect(AveragePlan.RANGE_ELEMENTS * Long.BYTES);
    private final ByteBuffer same = ByteBuffer.allocateDirect(AveragePlan.RANGE_ELEMENTS);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(AveragePlan.RANGE_ELEMENTS * Long.BYTES);

    RangeMean(FileChannel file, SafetensorsReader global, BlockSink sink) {
        this.file = file;
        this.global = global;
        this.sink = sink;
    }

    @Override
    public void accept(FoldedTensor.Range range) throws IOException {
        FoldedTensor tensor = range.tensor();
        DType dtype = tensor.entry().dtype();
        int bytes = range.elementCount() * dtype.byteSize();
        MemorySegment output = MemorySegment.ofBuffer(buffer.clear());
        if (tensor.isFolded()) {
            mean(range, dtype, output);
        } else {
            MemorySegment kept = global.view(tensor.name()).segment();
            MemorySegment.copy(kept, range.from() * dtype.byteSize(), output, 0, bytes);
        }
        sink.write(tensor.entry().offset() + range.from() * dtype.byteSize(), buffer.slice(0, bytes));
    }

    private void mean(FoldedTensor.Range range, DType dtype, MemorySegment output) throws IOException {
        int count = range.elementCount();
        RangeFold.read(file, sums, range.sumsAt(), count * Double.BYTES);
        MemorySegment kept = MemorySegment.ofBuffer(sums.clear());
        for (int done = 0; done < count; done += RangeAverage.BLOCK_ELEMENTS) {
            int block = Math.min(RangeAverage.BLOCK_ELEMENTS, count - done);
            sum.restore(kept, (long) done * Double.BYTES, block);
            sum.writeMeans(dtype, block, range.tensor().total(), output, (long) done * dtype.byteSize());
        }
        if (range.tensor().isWide()) {
            keepEqual(range, count, output);
        }
    }

    private void keepEqual(FoldedTensor.Range range, int count, MemorySegment output) throws IOException {
        RangeFold.read(file, first, range.firstAt(), count * Long.BYTES);
        RangeFold.read(file, same, range.sameAt(), count);
        for (int i = 0; i < count; i++) {
            if (same.get(i) != 0) {
                MemorySegment.copy(
                        MemorySegment.ofBuffer(first.clear()),
                        (long) i * Long.BYTES,
                        output,
                        (long) i * Long.BYTES,
                        Long.BYTES);
            }
        }
    }
}
