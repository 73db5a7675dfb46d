package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.RandomTensors;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorSpec;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A global model and updates in files, from a seed: all dtypes, all lengths of the last block, partial
/// state dicts, equal and zero samples.
final class RandomRound implements AutoCloseable {
    private final SafetensorsReader global;
    private final List<WeightedUpdate> updates;
    private final Path folder;

    private RandomRound(SafetensorsReader global, List<WeightedUpdate> updates, Path folder) {
        this.global = global;
        this.updates = updates;
        this.folder = folder;
    }

    static RandomRound write(Path folder, Random random) throws IOException {
        List<TensorView> model = new ArrayList<>();
        for (DType dtype : DType.values()) {
            model.add(RandomTensors.tensor(new TensorSpec(dtype + ".any", dtype, Shape.of(length(random))), random));
            model.add(near(new TensorSpec(dtype + ".near", dtype, Shape.of(length(random))), random));
        }
        model.add(RandomTensors.tensor(new TensorSpec("scalar", DType.F32, Shape.SCALAR), random));
        model.add(RandomTensors.tensor(new TensorSpec("empty", DType.F32, Shape.of(0)), random));
        Path globalFile = folder.resolve("global.safetensors");
        SafetensorsWriter.write(globalFile, Map.of(), model);
        SafetensorsReader global = SafetensorsReader.open(globalFile);
        List<WeightedUpdate> updates = new ArrayList<>();
        int count = 1 + random.nextInt(9);
        long sampleRange = random.nextInt(4) == 0 ? 1 : random.nextBoolean() ? 1000 : WeightedUpdate.MAX_SAMPLES;
        for (int i = 0; i < count; i++) {
            long samples = random.nextInt(8) == 0 ? 0 : random.nextLong(sampleRange);
            Path file = folder.resolve("update" + i + ".safetensors");
            SafetensorsWriter.write(file, Map.of("samples", Long.toString(samples)), update(model, random));
            updates.add(new WeightedUpdate(SafetensorsReader.open(file), samples));
        }
        return new RandomRound(global, updates, folder);
    }

    SafetensorsReader global() {
        return global;
    }

    List<WeightedUpdate> updates() {
        return updates;
    }

    Map<String, String> metadata() {
        return Map.of("round", "1");
    }

    Path aggregate() {
        return folder.resolve("aggregate.safetensors");
    }

    @Override
    public void close() {
        updates.forEach(update -> update.update().close());
        global.close();
    }

    private static List<TensorView> update(List<TensorView> model, Random random) {
        boolean partial = random.nextInt(3) == 0;
        List<TensorView> tensors = new ArrayList<>();
        for (TensorView tensor : model) {
            boolean same = random.nextInt(4) == 0;
            boolean left = partial && random.nextBoolean() && !tensors.isEmpty();
            if (!left) {
                tensors.add(same ? tensor : like(tensor, random));
            }
        }
        return tensors;
    }

    private static TensorView like(TensorView tensor, Random random) {
        return tensor.name().endsWith(".near")
                ? near(tensor.spec(), random)
                : RandomTensors.tensor(tensor.spec(), random);
    }

    // Lengths around the ends of blocks and ranges.
    private static long length(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> RangeAverage.BLOCK_ELEMENTS - 2 + random.nextInt(5);
            case 1 -> AveragePlan.RANGE_ELEMENTS - 2 + random.nextInt(5);
            default -> random.nextInt(70);
        };
    }

    // Numbers of one size, so that sums round and ties occur; random bits alone are mostly of very
    // different sizes.
    private static TensorView near(TensorSpec spec, Random random) {
        long count = spec.shape().elementCount();
        MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(spec.byteSize())]);
        for (long i = 0; i < count; i++) {
            double number = random.nextInt(2001) / 64.0 - 15;
            switch (spec.dtype()) {
                case F64 -> bytes.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8 * i, number);
                case F32 -> bytes.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i, (float) number);
                case F16 -> bytes.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, Float.floatToFloat16((float) number));
                case BF16 ->
                    bytes.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, (short)
                            (Float.floatToIntBits((float) number) >> 16));
                case I64 -> bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, 8 * i, (long) number);
                case I32 -> bytes.set(ValueLayout.JAVA_INT_UNALIGNED, 4 * i, (int) number);
                case I16 -> bytes.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, (short) number);
                case I8 -> bytes.set(ValueLayout.JAVA_BYTE, i, (byte) number);
                case U8 -> bytes.set(ValueLayout.JAVA_BYTE, i, (byte) Math.abs(number));
                case BOOL -> bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (number > 0 ? 1 : 0));
            }
        }
        return new TensorView(spec, bytes);
    }
}
