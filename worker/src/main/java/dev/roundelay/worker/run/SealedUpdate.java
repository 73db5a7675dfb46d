package dev.roundelay.worker.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.crc.Crc32c;
import dev.roundelay.tensors.quantization.Quantization;
import dev.roundelay.tensors.quantization.QuantizedFile;
import dev.roundelay.tensors.safetensors.SafetensorsLimits;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.safetensors.UpdateCheck;
import dev.roundelay.worker.harness.HarnessException;
import dev.roundelay.worker.harness.Update;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Weights that are checked, carry their metadata and are ready to be sent, as often as it takes.
///
/// @param file safetensors, never written again
/// @param crc  CRC-32C of the file
public record SealedUpdate(Path file, String crc) {

    /// Checks an update against the model that it started from and gives it its metadata, in place where there is room.
    /// The
    /// agent's copy of the harness's file is gone or is this one afterwards.
    ///
    /// @param model        the round's global model; one without tensors lets the update define the names
    /// @param quantization how it travels; null for as it is
    /// @throws HarnessException `invalid_update` if it cannot be averaged
    public static SealedUpdate ofRound(
            Update update, Path model, int round, String site, @Nullable Quantization quantization)
            throws IOException, HarnessException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("samples", Long.toString(update.samples()));
        metadata.put("metrics", json(update.metrics()));
        metadata.put("seconds", Double.toString(update.seconds()));
        metadata.put("round", Integer.toString(round));
        metadata.put("site", site);
        try (SafetensorsReader global = SafetensorsReader.open(model);
                SafetensorsReader reader = global.layout().entries().isEmpty()
                        ? SafetensorsReader.open(update.file(), SafetensorsLimits.ofFirstModel(Long.MAX_VALUE))
                        : UpdateCheck.open(update.file(), global)) {
            return write(reader, metadata, update.file(), quantization);
        } catch (TensorFormatException e) {
            throw invalid(e.within("round " + round + ", site " + site), round);
        }
    }

    /// Checks first weights. The harness's file is removed.
    ///
    /// @throws HarnessException `invalid_update` if it is no model
    public static SealedUpdate ofModel0(Update model, String site) throws IOException, HarnessException {
        try (SafetensorsReader reader =
                SafetensorsReader.open(model.file(), SafetensorsLimits.ofFirstModel(Long.MAX_VALUE))) {
            return write(reader, Map.of(), model.file(), null);
        } catch (TensorFormatException e) {
            throw invalid(e.within("model 0, site " + site), null);
        }
    }

    private static SealedUpdate write(
            SafetensorsReader reader, Map<String, String> metadata, Path given, @Nullable Quantization quantization)
            throws IOException {
        Path target = given.resolveSibling("sealed-" + given.getFileName());
        if (quantization == null && SafetensorsWriter.replaceMetadata(reader, metadata)) {
            Files.move(given, target, StandardCopyOption.ATOMIC_MOVE);
            return new SealedUpdate(target, Crc32c.ofFile(target).toString());
        }
        Files.deleteIfExists(target);
        Crc32c crc = quantization == null
                ? SafetensorsWriter.write(target, metadata, reader.views())
                : QuantizedFile.encode(reader, quantization, metadata, target);
        Files.delete(given);
        return new SealedUpdate(target, crc.toString());
    }

    private static HarnessException invalid(TensorFormatException e, @Nullable Integer round) {
        return new HarnessException(
                new FailureReport(FailureReason.INVALID_UPDATE, String.valueOf(e.getMessage()), null, round, false));
    }

    private static String json(Map<String, Double> metrics) {
        try {
            return Json.lenient().writeValueAsString(metrics);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("metrics cannot be written", e);
        }
    }
}
