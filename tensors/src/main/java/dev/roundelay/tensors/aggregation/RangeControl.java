package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.aggregation.AveragePlan.Range;
import dev.roundelay.tensors.aggregation.AveragePlan.TensorAverage;
import dev.roundelay.tensors.aggregation.ControlVariates.FlatPlaces;
import dev.roundelay.tensors.aggregation.ControlVariates.Input;
import dev.roundelay.tensors.aggregation.ControlVariates.Member;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Elements;
import dev.roundelay.tensors.tensor.TensorLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// One thread's part of [ControlVariates]: a range at a time, and in it one site after the other, each update read
/// twice, so that memory does not grow with the sites. Not for use by several threads.
final class RangeControl implements ParallelRanges.RangeWork<Range> {
    private static final int ELEMENTS = AveragePlan.RANGE_ELEMENTS;
    private static final int STATE_BYTES = Float.BYTES;

    private final Input input;
    private final Map<Integer, Member> members = new HashMap<>();
    private final FlatPlaces places;
    private final RangeAverage average;
    private final BlockSink model;
    private final TensorLayout stateLayout;
    private final BlockSink state;
    private final WeightedSum codec = new WeightedSum(ELEMENTS);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(ELEMENTS * Double.BYTES);
    private final MemorySegment bytes = MemorySegment.ofBuffer(buffer);
    private final double[] global = new double[ELEMENTS];
    private final double[] before = new double[ELEMENTS];
    private final double[] after = new double[ELEMENTS];
    private final double[] step = new double[ELEMENTS];
    private final double[] own = new double[ELEMENTS];
    private final double[] update = new double[ELEMENTS];

    RangeControl(Input input, FlatPlaces places, BlockSink model, TensorLayout stateLayout, BlockSink state) {
        this.input = input;
        this.places = places;
        this.average = new RangeAverage(model);
        this.model = model;
        this.stateLayout = stateLayout;
        this.state = state;
        input.members().forEach(member -> members.put(member.shard(), member));
    }

    @Override
    public void accept(Range range) throws IOException {
        TensorAverage tensor = range.tensor();
        if (!tensor.dtype().isFloating()) {
            average.accept(range);
            return;
        }
        int count = range.elementCount();
        long flat = places.of(tensor.entry()) + range.from();
        Elements.decode(
                tensor.dtype(), tensor.global(), range.from() * tensor.dtype().byteSize(), count, global);
        read(ControlVariates.SERVER, flat, count, before);
        int sent = sum(range, count);
        if (sent == 0) {
            average.accept(range);
        } else {
            writeModel(range, count, sent);
        }
        write(ControlVariates.SERVER, flat, count, after);
        for (TensorLayout.Entry entry : stateLayout.entries()) {
            if (!entry.name().equals(ControlVariates.SERVER)) {
                writeOf(entry.name(), range, flat, count);
            }
        }
    }

    /// Sets `step` to the sum of the members' steps and `after` to the server's next variate.
    private int sum(Range range, int count) {
        Arrays.fill(step, 0, count, 0);
        Arrays.fill(after, 0, count, 0);
        int sent = 0;
        for (Member member : input.members()) {
            if (readUpdate(member, range, count)) {
                double path = member.path();
                for (int i = 0; i < count; i++) {
                    step[i] += update[i] - global[i];
                    after[i] += (global[i] - update[i]) / path - before[i];
                }
                sent++;
            }
        }
        for (int i = 0; i < count; i++) {
            after[i] = before[i] + after[i] / input.sites();
        }
        return sent;
    }

    private void writeModel(Range range, int count, int sent) throws IOException {
        DType dtype = range.tensor().dtype();
        for (int i = 0; i < count; i++) {
            step[i] = global[i] + input.learningRate() * step[i] / sent;
        }
        codec.set(step, count);
        codec.writeMeans(dtype, count, 1, bytes, 0);
        model.write(
                range.tensor().outputOffset() + range.from() * dtype.byteSize(),
                buffer.slice(0, count * dtype.byteSize()));
    }

    /// Writes `c - c_i` of one site: its variate follows its update if it sent one, else only the server's changes.
    private void writeOf(String name, Range range, long flat, int count) throws IOException {
        read(isKept(name) ? name : ControlVariates.SERVER, flat, count, own);
        Member member = members.get(Integer.parseInt(name));
        if (member != null && readUpdate(member, range, count)) {
            double path = member.path();
            for (int i = 0; i < count; i++) {
                own[i] = after[i] - (global[i] - update[i]) / path + own[i];
            }
        } else {
            for (int i = 0; i < count; i++) {
                own[i] = after[i] - before[i] + own[i];
            }
        }
        write(name, flat, count, own);
    }

    private boolean readUpdate(Member member, Range range, int count) {
        String name = range.tensor().entry().name();
        if (member.update().layout().find(name).isEmpty()) {
            return false;
        }
        DType dtype = range.tensor().dtype();
        MemorySegment segment = member.update().view(name).segment();
        Elements.decode(dtype, segment, range.from() * dtype.byteSize(), count, update);
        return true;
    }

    private boolean isKept(String name) {
        return input.state() != null && input.state().layout().find(name).isPresent();
    }

    private void read(String name, long flat, int count, double[] into) {
        SafetensorsReader kept = input.state();
        if (kept == null) {
            Arrays.fill(into, 0, count, 0);
        } else {
            Elements.decode(DType.F32, kept.view(name).segment(), flat * STATE_BYTES, count, into);
        }
    }

    private void write(String name, long flat, int count, double[] numbers) throws IOException {
        codec.set(numbers, count);
        codec.writeMeans(DType.F32, count, 1, bytes, 0);
        state.write(stateLayout.entry(name).offset() + flat * STATE_BYTES, buffer.slice(0, count * STATE_BYTES));
    }
}
