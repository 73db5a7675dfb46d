package dev.roundelay.worker.run;

import dev.roundelay.contract.worker.AssignmentPlan;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.quantization.QuantizedFile;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.worker.client.AssignmentClient;
import dev.roundelay.worker.client.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// What the slots of this agent share of one job: its inputs and global models, each fetched once. Thread-safe.
final class SharedJob {
    private static final int KEPT_MODELS = 2;

    private final FetchOnce files = new FetchOnce();
    private final Path folder;

    /// Makes one in a folder that exists.
    SharedJob(Path folder) {
        this.folder = folder;
    }

    /// Returns an input's file; nobody writes to it.
    Path input(AssignmentPlan.Input input, AssignmentClient client)
            throws IOException, RefusedException, InterruptedException {
        try {
            return files.get("input " + input.blob(), () -> {
                Path target = folder.resolve(
                        "input-" + Integer.toHexString(input.blob().hashCode()) + "-"
                                + input.blob().replaceAll("[^A-Za-z0-9_-]", "_"));
                fetch(() -> client.fetchInput(input, target));
                return target;
            });
        } catch (CarriedException e) {
            throw e.rethrow();
        }
    }

    /// Returns the file of global model `round`; models before the last two are removed.
    ///
    /// @param coded whether it travels encoded
    Path model(int round, AssignmentClient client, boolean coded)
            throws IOException, RefusedException, InterruptedException {
        try {
            return files.get("model " + round, () -> {
                Path target = modelFile(round);
                fetch(() -> {
                    if (coded) {
                        fetchCoded(round, client, target);
                    } else {
                        client.fetchModel(round, target);
                    }
                });
                removeModel(round - KEPT_MODELS);
                return target;
            });
        } catch (CarriedException e) {
            throw e.rethrow();
        }
    }

    private static void fetchCoded(int round, AssignmentClient client, Path target)
            throws IOException, RefusedException, InterruptedException {
        Path coded = target.resolveSibling(target.getFileName() + ".coded");
        Path plain = target.resolveSibling(target.getFileName() + ".plain");
        Files.deleteIfExists(coded);
        Files.deleteIfExists(plain);
        client.fetchModel(round, coded);
        try (SafetensorsReader reader = SafetensorsReader.open(coded)) {
            QuantizedFile.decode(reader, plain);
        } catch (TensorFormatException e) {
            throw new IOException("[model " + round + "] " + e.getMessage(), e);
        }
        Files.delete(coded);
        Files.move(plain, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private Path modelFile(int round) {
        return folder.resolve("model-" + round + ".safetensors");
    }

    private void removeModel(int round) {
        files.forget("model " + round);
        try {
            Files.deleteIfExists(modelFile(round));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Call {
        void run() throws IOException, RefusedException, InterruptedException;
    }

    private static void fetch(Call call) throws CarriedException, InterruptedException {
        try {
            call.run();
        } catch (IOException | RefusedException e) {
            throw new CarriedException(e);
        }
    }

    /// Carries one of two exceptions through a signature that has room for one.
    private static final class CarriedException extends Exception {
        CarriedException(Exception cause) {
            super(cause);
        }

        RuntimeException rethrow() throws IOException, RefusedException {
            switch (getCause()) {
                case IOException e -> throw e;
                case RefusedException e -> throw e;
                case null, default -> throw new IllegalStateException(this);
            }
        }
    }
}
