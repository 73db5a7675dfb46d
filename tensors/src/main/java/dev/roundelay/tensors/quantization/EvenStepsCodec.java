package dev.roundelay.tensors.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// One signed byte an element, -127 to 127: the element in 127ths of the scale, half to even.
final class EvenStepsCodec implements BlockCodec {
    private static final int STEPS = 127;

    @Override
    public float scale(double[] x, int from, int count) {
        return BlockCodec.largest(x, from, count);
    }

    @Override
    public void encode(double[] x, int from, int count, float scale, MemorySegment out, long at) {
        double steps = scale == 0 ? 0 : STEPS / (double) scale;
        for (int i = 0; i < count; i++) {
            // The scale is rounded to float32: of float64 elements, the largest may lie a little beyond it.
            double step = Math.clamp(Math.rint(x[from + i] * steps), -STEPS, STEPS);
            out.set(ValueLayout.JAVA_BYTE, at + i, (byte) step);
        }
    }

    @Override
    public void decode(MemorySegment in, long at, int count, float scale, double[] x, int from) {
        double step = scale / (double) STEPS;
        for (int i = 0; i < count; i++) {
            x[from + i] = in.get(ValueLayout.JAVA_BYTE, at + i) * step;
        }
    }
}
