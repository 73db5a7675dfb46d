package dev.roundelay.tensors.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Four bits an element: the nearest of 16 numbers of -1 to 1, times the scale. The first element of a byte is in its
/// upper half.
final class TableCodec implements BlockCodec {
    private static final double[] NORMFLOAT4 = {
        -1.0,
        -0.6961928009986877,
        -0.5250730514526367,
        -0.39491748809814453,
        -0.28444138169288635,
        -0.18477343022823334,
        -0.09105003625154495,
        0.0,
        0.07958029955625534,
        0.16093020141124725,
        0.24611230194568634,
        0.33791524171829224,
        0.44070982933044434,
        0.5626170039176941,
        0.7229568362236023,
        1.0
    };
    // Twelfths, and 1/192 for the subnormal one; codes 8 to 15 are the negative ones.
    private static final double[] FLOAT4 = {
        0,
        0.0625 / 12,
        8 / 12.0,
        12 / 12.0,
        4 / 12.0,
        6 / 12.0,
        2 / 12.0,
        3 / 12.0,
        -0.0,
        -0.0625 / 12,
        -8 / 12.0,
        -12 / 12.0,
        -4 / 12.0,
        -6 / 12.0,
        -2 / 12.0,
        -3 / 12.0
    };

    private final double[] table;
    private final int[] ascending;
    private final double[] middles;

    private TableCodec(double[] table, int[] ascending) {
        this.table = table;
        this.ascending = ascending;
        this.middles = IntStream.range(1, ascending.length)
                .mapToDouble(i -> (table[ascending[i - 1]] + table[ascending[i]]) / 2)
                .toArray();
    }

    static TableCodec normfloat4() {
        return new TableCodec(NORMFLOAT4, IntStream.range(0, NORMFLOAT4.length).toArray());
    }

    static TableCodec float4() {
        // There is no negative zero on the wire.
        int[] ascending = IntStream.range(0, FLOAT4.length)
                .filter(code -> code != 8)
                .boxed()
                .sorted((a, b) -> Double.compare(FLOAT4[a], FLOAT4[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        return new TableCodec(FLOAT4, ascending);
    }

    @Override
    public float scale(double[] x, int from, int count) {
        return BlockCodec.largest(x, from, count);
    }

    @Override
    public void encode(double[] x, int from, int count, float scale, MemorySegment out, long at) {
        double inverse = scale == 0 ? 0 : 1 / (double) scale;
        for (int i = 0; i < count; i += 2) {
            int first = code(x[from + i] * inverse);
            int second = i + 1 < count ? code(x[from + i + 1] * inverse) : 0;
            out.set(ValueLayout.JAVA_BYTE, at + i / 2, (byte) (first << 4 | second));
        }
    }

    private int code(double value) {
        int place = Arrays.binarySearch(middles, value);
        return ascending[place < 0 ? -place - 1 : place];
    }

    @Override
    public void decode(MemorySegment in, long at, int count, float scale, double[] x, int from) {
        for (int i = 0; i < count; i++) {
            int pair = in.get(ValueLayout.JAVA_BYTE, at + i / 2) & 0xFF;
            x[from + i] = table[i % 2 == 0 ? pair >> 4 : pair & 0xF] * scale;
        }
    }
}
