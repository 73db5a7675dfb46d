package dev.roundelay.tensors.tensor;

/// Rounds float64 numbers to 16 bits, once, half to even.
public final class Rounding {
    private static final short FLOAT16_NAN = 0x7E00;
    private static final short BFLOAT16_NAN = 0x7FC0;

    private Rounding() {}

    /// The nearest binary16.
    public static short toFloat16(double value) {
        return Double.isNaN(value) ? FLOAT16_NAN : Float.floatToFloat16(toOdd(value));
    }

    /// The nearest bfloat16.
    public static short toBfloat16(double value) {
        if (Double.isNaN(value)) {
            return BFLOAT16_NAN;
        }
        int bits = Float.floatToRawIntBits(toOdd(value));
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    // Rounding twice, to float32 and then to 16 bits, can end on the wrong neighbour. Rounding to odd first keeps
    // "a little above" and "a little below" apart, so that only the second rounding counts (Boldo and Melquiond, 2008).
    private static float toOdd(double value) {
        float nearest = (float) value;
        int bits = Float.floatToRawIntBits(nearest);
        if (nearest == value || (bits & 1) == 1) {
            return nearest;
        }
        return Float.intBitsToFloat(Math.abs(nearest) < Math.abs(value) ? bits + 1 : bits - 1);
    }
}
