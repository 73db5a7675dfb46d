package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorLayout;
import dev.roundelay.tensors.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// SCAFFOLD (Karimireddy et al., 2020, "SCAFFOLD: stochastic controlled averaging for federated learning", algorithm 1
/// with option II). For a member that came from the global model `x` to `y` in `steps` steps of size `lr`,
/// `g = (x - y) / (steps * lr)`; with `c` the server's control variate, `c_i` the site's and N sites:
///
/// - the site's next one is `c_i - c + g`;
/// - the server's next one is `c + sum over the members of (g - c) / N`;
/// - the next model is `x + learningRate * mean over the members of (y - x)`.
///
/// So the server makes all of them from the updates alone, and a site needs but `c - c_i`, which it adds to each
/// gradient. Arithmetic is in float64, in the order of the members; floating tensors alone are corrected, all others
/// averaged as by [FedAvg] with equal weights. A tensor that a member did not send leaves its variate as it is.
///
/// A state file is flat, so that what one site needs lies in one piece: tensor `c`, and `c - c_i` as tensor `i` for
/// each
/// site that has taken part, each with the elements of all floating tensors, in the model's order, as F32. Memory does
/// not grow with the sites. Safe for use by several threads.
///
/// @param executor as of [FedAvg]
/// @param threads  as of [FedAvg]
public record ControlVariates(Executor executor, int threads) {
    static final String SERVER = "c";

    /// An update of a site.
    ///
    /// @param path length of the site's path: its steps times their size; finite, above 0
    public record Member(int shard, SafetensorsReader update, double path) {}

    /// What a round is made of.
    ///
    /// @param members      ascending by shard, at least one
    /// @param global       the model that they started from
    /// @param state        as written by the round before; null in the first round
    /// @param sites        all of the job, N in the paper
    /// @param learningRate of the server, finite, above 0
    public record Input(
            List<Member> members,
            SafetensorsReader global,
            @Nullable SafetensorsReader state,
            int sites,
            double learningRate) {
        public Input {
            members = List.copyOf(members);
        }
    }

    /// What a site adds to its gradients, as a safetensors file in two parts.
    ///
    /// @param header the file's beginning
    /// @param offset where the rest of it lies in the state file, in bytes
    /// @param length bytes of the rest
    public record Correction(byte[] header, long offset, long length) {}

    /// Writes the next model and the next state. Neither file may exist; neither is synced.
    ///
    /// @throws IOException if a file cannot be written; a part of it may then be left
    public void run(Input input, Map<String, String> metadata, Path out, Path stateOut) throws IOException {
        SafetensorsReader global = input.global();
        double[] equal = new double[input.members().size()];
        Arrays.fill(equal, 1);
        List<SafetensorsReader> updates =
                input.members().stream().map(Member::update).toList();
        AveragePlan plan = AveragePlan.of(updates, equal, 0, global);
        FlatPlaces places = FlatPlaces.of(global.layout());
        TensorLayout stateLayout = stateLayout(input, places.elements());
        try (TensorFile model = TensorFile.create(out, global.layout(), metadata);
                TensorFile state = TensorFile.create(stateOut, stateLayout, Map.of())) {
            ParallelRanges.run(
                    executor, threads, plan.ranges(), () -> new RangeControl(input, places, model, stateLayout, state));
        }
    }

    /// Returns what a site adds to its gradients; empty if that is zero everywhere.
    ///
    /// @param global the model that goes with the state
    public static Optional<Correction> correction(SafetensorsReader global, SafetensorsReader state, int shard) {
        // The variate of a site that never took part is zero, so that its correction is the server's.
        String name = state.layout().find(name(shard)).isPresent() ? name(shard) : SERVER;
        TensorLayout.Entry entry = state.layout().entry(name);
        List<TensorSpec> specs = global.layout().entries().stream()
                .filter(tensor -> tensor.dtype().isFloating())
                .map(tensor -> new TensorSpec(tensor.name(), DType.F32, tensor.shape()))
                .toList();
        long dataOffset = state.fileBytes() - state.layout().byteSize();
        return specs.isEmpty()
                ? Optional.empty()
                : Optional.of(new Correction(
                        SafetensorsWriter.header(TensorLayout.of(specs), Map.of()),
                        dataOffset + entry.offset(),
                        entry.byteSize()));
    }

    static String name(int shard) {
        return Integer.toString(shard);
    }

    private static TensorLayout stateLayout(Input input, long elements) {
        SortedSet<Integer> shards = new TreeSet<>();
        input.members().forEach(member -> shards.add(member.shard()));
        if (input.state() != null) {
            input.state().layout().entries().stream()
                    .map(TensorLayout.Entry::name)
                    .filter(name -> !name.equals(SERVER))
                    .forEach(name -> shards.add(Integer.parseInt(name)));
        }
        List<TensorSpec> specs = new ArrayList<>();
        specs.add(new TensorSpec(SERVER, DType.F32, Shape.of(elements)));
        shards.forEach(shard -> specs.add(new TensorSpec(name(shard), DType.F32, Shape.of(elements))));
        return TensorLayout.of(specs);
    }

    /// Where the floating tensors of a model begin in a flat one, in elements.
    record FlatPlaces(Map<String, Long> places, long elements) {
        static FlatPlaces of(TensorLayout model) {
            Map<String, Long> places = new HashMap<>();
            long at = 0;
            for (TensorLayout.Entry entry : model.entries()) {
                if (entry.dtype().isFloating()) {
                    places.put(entry.name(), at);
                    at += entry.shape().elementCount();
                }
            }
            return new FlatPlaces(Map.copyOf(places), at);
        }

        long of(TensorLayout.Entry tensor) {
            Long place = places.get(tensor.name());
            if (place == null) {
                throw new IllegalArgumentException("[%s] is no floating tensor of the model".formatted(tensor.name()));
            }
            return place;
        }
    }
}
