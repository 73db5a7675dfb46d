package dev.roundelay.federation.run;

import dev.roundelay.federation.ModelFile;
import dev.roundelay.federation.spool.Spool;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.crc.Crc32c;
import dev.roundelay.tensors.quantization.Quantization;
import dev.roundelay.tensors.quantization.QuantizedFile;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One job's global models as they travel, encoded once for all workers. They lie in the spool, as what can be made
/// again: the same model gives the same bytes. Thread-safe.
final class CodedModels {
    private static final int KEPT = 2;

    private final JobId job;
    private final Spool spool;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, ModelFile> made = new HashMap<>();

    CodedModels(JobId job, Spool spool) {
        this.job = job;
        this.spool = spool;
    }

    /// Returns a model encoded; those before the last two are removed.
    ///
    /// @throws TensorFormatException if it cannot be encoded so
    ModelFile of(ModelFile plain, Quantization how) throws IOException {
        lock.lock();
        try {
            @Nullable ModelFile known = made.get(plain.number());
            if (known != null && known.blob().equals(plain.blob()) && Files.exists(known.path())) {
                return known;
            }
            ModelFile coded = encode(plain, how);
            made.put(plain.number(), coded);
            ModelFile old = made.remove(plain.number() - KEPT);
            if (old != null) {
                Files.deleteIfExists(old.path());
            }
            return coded;
        } finally {
            lock.unlock();
        }
    }

    private ModelFile encode(ModelFile plain, Quantization how) throws IOException {
        Path target = spool.modelFile(job, plain.number());
        Path part = target.resolveSibling(target.getFileName() + ".part");
        Files.deleteIfExists(part);
        Crc32c crc;
        try (SafetensorsReader weights = SafetensorsReader.open(plain.path())) {
            crc = QuantizedFile.encode(weights, how, Map.of(), part);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        return new ModelFile(
                plain.number(),
                target,
                plain.blob(),
                Files.size(target),
                plain.etag(),
                Integer.toUnsignedLong(crc.value()));
    }
}
