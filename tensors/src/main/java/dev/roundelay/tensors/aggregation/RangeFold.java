package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.tensor.DType;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// One thread's adding of updates to the sums of a [FoldedAverage]: a range is read, added to block by block, and
/// written again. Not for use by several threads.
final class RangeFold implements ParallelRanges.RangeWork<FoldedTensor.Range> {
    private final FileChannel file;
    private final WeightedSum sum = new WeightedSum(RangeAverage.BLOCK_ELEMENTS);
    private final ByteBuffer sums = ByteBuffer.allocateDirect(AveragePlan.RANGE_ELEMENTS * Double.BYTES);
    private final ByteBuffer first = ByteBuffer.allocateDirect(AveragePlan.RANGE_ELEMENTS * Long.BYTES);
    private final ByteBuffer same = ByteBuffer.allocateDirect(AveragePlan.RANGE_ELEMENTS);

    RangeFold(FileChannel file) {
        this.file = file;
    }

    @Override
    public void accept(FoldedTensor.Range range) throws IOException {
        int count = range.elementCount();
        if (range.goesOn()) {
            read(file, sums, range.sumsAt(), count * Double.BYTES);
        }
        MemorySegment kept = MemorySegment.ofBuffer(sums.clear());
        for (int done = 0; done < count; done += RangeAverage.BLOCK_ELEMENTS) {
            add(range, done, Math.min(RangeAverage.BLOCK_ELEMENTS, count - done), kept);
        }
        write(file, sums, range.sumsAt(), count * Double.BYTES);
        if (range.tensor().isWide()) {
            compare(range, count);
        }
    }

    private void add(FoldedTensor.Range range, int done, int count, MemorySegment kept) {
        DType dtype = range.tensor().entry().dtype();
        long at = (range.from() + done) * dtype.byteSize();
        boolean begun = range.goesOn();
        if (begun) {
            sum.restore(kept, (long) done * Double.BYTES, count);
        }
        for (FoldedTensor.Input input : range.inputs()) {
            if (begun) {
                sum.add(dtype, input.elements(), at, count, input.weight());
            } else {
                sum.set(dtype, input.elements(), at, count, input.weight());
                begun = true;
            }
        }
        sum.save(kept, (long) done * Double.BYTES, count);
    }

    private void compare(FoldedTensor.Range range, int count) throws IOException {
        MemorySegment firsts = MemorySegment.ofBuffer(first.clear());
        MemorySegment flags = MemorySegment.ofBuffer(same.clear());
        if (range.goesOn()) {
            read(file, first, range.firstAt(), count * Long.BYTES);
            read(file, same, range.sameAt(), count);
        } else {
            MemorySegment.copy(
                    range.inputs().getFirst().elements(),
                    range.from() * Long.BYTES,
                    firsts,
                    0,
                    (long) count * Long.BYTES);
            flags.fill((byte) 1);
        }
        for (FoldedTensor.Input input : range.inputs()) {
            for (int i = 0; i < count; i++) {
                long here = input.elements().get(ValueLayout.JAVA_LONG_UNALIGNED, (range.from() + i) * Long.BYTES);
                if (here != firsts.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) i * Long.BYTES)) {
                    flags.set(ValueLayout.JAVA_BYTE, i, (byte) 0);
                }
            }
        }
        write(file, first, range.firstAt(), count * Long.BYTES);
        write(file, same, range.sameAt(), count);
    }

    static void read(FileChannel file, ByteBuffer into, long position, int bytes) throws IOException {
        into.clear().limit(bytes);
        for (long at = position; into.hasRemaining(); ) {
            int count = file.read(into, at);
            if (count < 0) {
                throw new EOFException("[sums] the file ends at byte " + at);
            }
            at += count;
        }
    }

    private static void write(FileChannel file, ByteBuffer from, long position, int bytes) throws IOException {
        from.clear().limit(bytes);
        for (long at = position; from.hasRemaining(); ) {
            at += file.write(from, at);
        }
    }
}
