package dev.roundelay.tensors;

import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorSpec;
import dev.roundelay.tensors.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// State dicts from a seed: all dtypes, 0-d and empty shapes, odd names, elements of any bits.
public final class RandomTensors {
    private static final List<String> ODD_NAMES = List.of(
            "",
            "layer1.weight",
            "a \"quoted\\ name\"",
            "tab\tnewline\n\u0000\u007f",
            "größe",
            "重み",
            "\uD83D\uDE00 emoji",
            "\u2028\u2029",
            "data/../../etc/passwd",
            "x".repeat(300));

    private RandomTensors() {}

    public static List<TensorView> stateDict(long seed) {
        Random random = new Random(seed);
        Set<String> names = new LinkedHashSet<>();
        int count = random.nextInt(12);
        while (names.size() < count) {
            names.add(
                    random.nextBoolean()
                            ? ODD_NAMES.get(random.nextInt(ODD_NAMES.size()))
                            : "layer" + random.nextInt(100));
        }
        List<TensorView> tensors = new ArrayList<>();
        for (String name : names) {
            DType dtype = DType.values()[random.nextInt(DType.values().length)];
            tensors.add(tensor(new TensorSpec(name, dtype, shape(random)), random));
        }
        return tensors;
    }

    public static Shape shape(Random random) {
        long[] dimensions = new long[random.nextInt(5)];
        for (int i = 0; i < dimensions.length; i++) {
            dimensions[i] = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(6);
        }
        return Shape.of(dimensions);
    }

    /// Elements of any bits; booleans are 0 or 1.
    public static TensorView tensor(TensorSpec spec, Random random) {
        byte[] bytes = new byte[Math.toIntExact(spec.byteSize())];
        random.nextBytes(bytes);
        if (spec.dtype() == DType.BOOL) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] &= 1;
            }
        }
        return new TensorView(spec, MemorySegment.ofArray(bytes));
    }
}
