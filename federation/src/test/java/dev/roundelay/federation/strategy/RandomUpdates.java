package dev.roundelay.federation.strategy;

import dev.roundelay.tensors.aggregation.WeightedUpdate;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorSpec;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Rounds from a seed: tensors of several dtypes and of lengths around the ends of blocks, updates near the global
/// model,
/// of which one is far off, with many samples, and some lack a tensor or have no samples.
final class RandomUpdates {
    private static final List<TensorSpec> MODEL = List.of(
            new TensorSpec("weight", DType.F32, Shape.of(65, 64)),
            new TensorSpec("half", DType.F16, Shape.of(70)),
            new TensorSpec("brain", DType.BF16, Shape.of(33)),
            new TensorSpec("double", DType.F64, Shape.of(5)),
            new TensorSpec("scalar", DType.F32, Shape.SCALAR),
            new TensorSpec("empty", DType.F32, Shape.of(0)),
            new TensorSpec("range", DType.F32, Shape.of(65_540)),
            new TensorSpec("count", DType.I64, Shape.of(3)),
            new TensorSpec("flags", DType.BOOL, Shape.of(9)));

    private final Random random;
    private final int members;
    private int rounds;

    RandomUpdates(Random random, int members) {
        this.random = random;
        this.members = members;
    }

    /// A round's files, open. Each round begins one shard later, so that sites come and go.
    record Opened(int firstShard, SafetensorsReader global, List<WeightedUpdate> updates) implements AutoCloseable {
        Strategy.Input input(@Nullable Path state, Path out, Path stateOut) {
            return new Strategy.Input(
                    global,
                    state,
                    updates,
                    IntStream.range(0, updates.size())
                            .map(i -> firstShard + i)
                            .boxed()
                            .toList(),
                    IntStream.range(0, updates.size()).mapToObj(this::metrics).toList(),
                    updates.size() + 3,
                    Map.of(),
                    out,
                    stateOut);
        }

        Map<String, Double> metrics(int member) {
            return Map.of("steps", 2.0 + member, "lr", 0.1 / (1 + member));
        }

        @Override
        public void close() {
            updates.forEach(update -> update.update().close());
            global.close();
        }
    }

    /// Writes a round.
    ///
    /// @param model the global model; null to make one
    Opened write(Path folder, @Nullable Path model) throws IOException {
        Path file = folder.resolve("global.safetensors");
        if (model == null) {
            SafetensorsWriter.write(file, Map.of(), tensors(null, 1, 0));
        } else {
            Files.copy(model, file);
        }
        SafetensorsReader global = SafetensorsReader.open(file);
        List<WeightedUpdate> updates = new ArrayList<>();
        int far = random.nextInt(members);
        for (int i = 0; i < members; i++) {
            long samples = i == far ? 1_000 : random.nextInt(6) == 0 ? 0 : random.nextLong(1_000);
            List<TensorView> own = i == far ? tensors(global, 5, 0) : tensors(global, 0.1, random.nextInt(4));
            Path update = folder.resolve("update" + i + ".safetensors");
            SafetensorsWriter.write(update, Map.of("samples", Long.toString(samples)), own);
            updates.add(new WeightedUpdate(SafetensorsReader.open(update), samples));
        }
        return new Opened(rounds++, global, updates);
    }

    /// @param lack 1 to leave one tensor out
    private List<TensorView> tensors(@Nullable SafetensorsReader near, double spread, int lack) {
        List<TensorView> tensors = new ArrayList<>();
        int left = lack == 1 ? random.nextInt(MODEL.size()) : -1;
        for (int i = 0; i < MODEL.size(); i++) {
            if (i != left) {
                tensors.add(tensor(MODEL.get(i), near, spread));
            }
        }
        return tensors;
    }

    private TensorView tensor(TensorSpec spec, @Nullable SafetensorsReader near, double spread) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(spec.byteSize())]);
        MemorySegment from = near == null ? null : near.view(spec.name()).segment();
        for (long i = 0; i < spec.shape().elementCount(); i++) {
            double step = spread * random.nextGaussian();
            switch (spec.dtype()) {
                case F64 -> {
                    double x = from == null ? 0 : from.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8 * i);
                    bytes.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8 * i, x + step);
                }
                case F32 -> {
                    float x = from == null ? 0 : from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i);
                    bytes.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i, (float) (x + step));
                }
                case F16 -> {
                    float x =
                            from == null ? 0 : Float.float16ToFloat(from.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i));
                    bytes.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, Float.floatToFloat16((float) (x + step)));
                }
                case BF16 -> {
                    float x = from == null
                            ? 0
                            : Float.intBitsToFloat(from.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i) << 16);
                    bytes.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, (short)
                            (Float.floatToIntBits((float) (x + step)) >> 16));
                }
                case I64 -> bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, 8 * i, random.nextInt(1_000));
                case BOOL -> bytes.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(2));
                default -> throw new IllegalArgumentException(spec.toString());
            }
        }
        return new TensorView(spec, bytes);
    }
}
