package dev.roundelay.federation.strategy;

import dev.roundelay.federation.Contribution;
import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.aggregation.WeightedUpdate;
import dev.roundelay.tensors.crc.Crc32c;
import dev.roundelay.tensors.quantization.QuantizedFile;
import dev.roundelay.tensors.safetensors.SafetensorsLimits;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.UpdateCheck;
import dev.roundelay.tensors.tensor.TensorLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Opens what a round has collected and lets the strategy work on it.
public final class Aggregation {
    private Aggregation() {}

    /// Checks a first model. One without tensors is allowed: the lowest shard of the first round then defines the
    /// names.
    ///
    /// @return size of the file in bytes
    /// @throws TensorFormatException if it cannot be used
    public static long requireFirstModel(Path file, long maxBytes) throws IOException {
        try (SafetensorsReader model = SafetensorsReader.open(file, SafetensorsLimits.ofFirstModel(maxBytes))) {
            return model.fileBytes();
        }
    }

    /// Checks an update against the model from which it was trained.
    ///
    /// @throws TensorFormatException if it cannot be averaged into it
    public static void requireUpdate(Path file, Path model, long samples, long maxBytes) throws IOException {
        WeightedUpdate.requireSamples(samples);
        try (SafetensorsReader global = SafetensorsReader.open(model)) {
            if (!isEmpty(global)) {
                UpdateCheck.open(file, global).close();
                return;
            }
        }
        try (SafetensorsReader update = SafetensorsReader.open(file, SafetensorsLimits.ofFirstModel(maxBytes))) {
            // With itself as the global model, only the part of the check that concerns the update alone remains.
            UpdateCheck.requireLayout(update, update);
        }
    }

    /// Writes the weights that an encoded update stands for, in place of it.
    ///
    /// @return their checksum
    /// @throws TensorFormatException if it cannot be averaged into the model
    public static Crc32c decodeUpdate(Path file, Path model, long maxBytes) throws IOException {
        Path plain = file.resolveSibling(file.getFileName() + ".plain");
        Files.deleteIfExists(plain);
        Crc32c crc;
        try (SafetensorsReader global = SafetensorsReader.open(model);
                SafetensorsReader coded = SafetensorsReader.open(
                        file,
                        isEmpty(global)
                                ? SafetensorsLimits.ofFirstModel(maxBytes)
                                : SafetensorsLimits.ofUpdateOf(global))) {
            // A few bytes may stand for many: nothing is written before it is known to fit.
            TensorLayout layout = QuantizedFile.decodedLayout(coded);
            if (!isEmpty(global)) {
                UpdateCheck.requireLayout(layout, global.layout());
            } else if (layout.byteSize() > maxBytes) {
                throw new TensorFormatException(
                        TensorFault.TOO_LARGE,
                        "the tensors have " + layout.byteSize() + " bytes, at most " + maxBytes + " are allowed",
                        "make the model smaller or raise the limit");
            }
            crc = QuantizedFile.decode(coded, plain);
        }
        Files.move(plain, file, StandardCopyOption.ATOMIC_MOVE);
        return crc;
    }

    /// A member's update that is not there, or not whole.
    public static final class LostMember extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Contribution contribution;

        LostMember(Contribution contribution, @Nullable Throwable cause) {
            super("[shard %d] the spooled update is lost".formatted(contribution.shard()), cause);
            this.contribution = contribution;
        }

        public Contribution contribution() {
            return contribution;
        }
    }

    /// A member's update that does not fit the others.
    public static final class UnfitMember extends Exception {
        private static final long serialVersionUID = 1;

        private final int shard;
        private final TensorFormatException fault;

        UnfitMember(int shard, TensorFormatException fault) {
            super(fault);
            this.shard = shard;
            this.fault = fault;
        }

        public int shard() {
            return shard;
        }

        public TensorFormatException fault() {
            return fault;
        }
    }

    /// Aggregates the members' updates.
    ///
    /// @param members ascending by shard
    /// @param sites   how many shards the job has
    /// @param file    finds the spooled file of a member
    /// @throws LostMember  if a member's file is missing or has another size
    /// @throws UnfitMember if the model defines no names and a member does not fit the lowest one
    public static Strategy.Outcome run(
            Strategy strategy,
            Path model,
            @Nullable Path state,
            List<Contribution> members,
            int sites,
            Function<Contribution, Path> file,
            Map<String, String> metadata,
            Path out,
            Path stateOut)
            throws IOException, LostMember, UnfitMember {
        var opened = new ArrayList<SafetensorsReader>();
        try {
            SafetensorsReader kept = SafetensorsReader.open(model);
            opened.add(kept);
            var updates = new ArrayList<WeightedUpdate>();
            for (Contribution member : members) {
                SafetensorsReader update = open(member, file.apply(member));
                opened.add(update);
                updates.add(new WeightedUpdate(update, member.samples()));
            }
            SafetensorsReader global = isEmpty(kept) ? updates.getFirst().update() : kept;
            for (int i = 0; i < members.size(); i++) {
                requireFit(members.get(i), updates.get(i), global);
            }
            return strategy.aggregate(new Strategy.Input(
                    global,
                    state,
                    updates,
                    members.stream().map(Contribution::shard).toList(),
                    members.stream().map(Contribution::metrics).toList(),
                    sites,
                    metadata,
                    out,
                    stateOut));
        } finally {
            opened.forEach(SafetensorsReader::close);
        }
    }

    private static SafetensorsReader open(Contribution member, Path file) throws LostMember {
        try {
            if (Files.size(file) != member.sizeBytes()) {
                throw new LostMember(member, null);
            }
            return SafetensorsReader.open(file);
        } catch (IOException | TensorFormatException e) {
            throw new LostMember(member, e);
        }
    }

    private static void requireFit(Contribution member, WeightedUpdate update, SafetensorsReader global)
            throws UnfitMember {
        try {
            UpdateCheck.requireLayout(update.update(), global);
        } catch (TensorFormatException e) {
            throw new UnfitMember(member.shard(), e);
        }
    }

    private static boolean isEmpty(SafetensorsReader model) {
        return model.layout().entries().isEmpty();
    }
}
