package dev.roundelay.tensors.safetensors;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.tensor.TensorLayout;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// Decides whether an update can be averaged into a global model.
///
/// Stateless; the reader that it returns is the caller's to close.
public final class UpdateCheck {
    private UpdateCheck() {}

    /// Opens an update and checks all of it: header within limits, layout, and elements.
    ///
    /// @param path a finished file
    /// @param global the model that the update started from
    /// @return the open update
    /// @throws TensorFormatException if the update cannot be averaged; it says what to do on the site
    /// @throws IOException if the file cannot be opened or mapped
    public static SafetensorsReader open(Path path, SafetensorsReader global) throws IOException {
        SafetensorsReader update = SafetensorsReader.open(path, SafetensorsLimits.ofUpdateOf(global));
        try {
            requireLayout(update, global);
            requireFinite(update, global);
            return update;
        } catch (Throwable e) {
            update.close();
            throw e;
        }
    }

    /// The update must hold at least one tensor, and each as the global model has it: known name, same
    /// dtype, same
    /// shape.
    ///
    /// @throws TensorFormatException with `NO_TENSORS`, `UNKNOWN_TENSOR`, `DTYPE_MISMATCH` or
    /// `SHAPE_MISMATCH`
    public static void requireLayout(SafetensorsReader update, SafetensorsReader global) {
        requireLayout(update.layout(), global.layout());
    }

    /// Like [#requireLayout(SafetensorsReader, SafetensorsReader)].
    public static void requireLayout(TensorLayout update, TensorLayout global) {
        if (update.entries().isEmpty()) {
            throw new TensorFormatException(
                    TensorFault.NO_TENSORS,
                    "the update holds no tensor, the global model has "
                            + global.entries().size(),
                    "return the state dict from fl_train");
        }
        for (TensorLayout.Entry entry : update.entries()) {
            requireEntry(entry, global.find(entry.name()));
        }
    }

    /// Each element must be finite where the global model's is; integers and booleans always are.
    ///
    /// @throws TensorFormatException with `NOT_FINITE`, naming the first such element
    public static void requireFinite(SafetensorsReader update, SafetensorsReader global) {
        for (TensorView tensor : update.views()) {
            if (tensor.dtype().isFloating()) {
                FiniteScan.find(tensor, global.view(tensor.name())).ifPresent(index -> {
                    throw new TensorFormatException(
                            TensorFault.NOT_FINITE,
                            tensor.name(),
                            "element " + index + " of " + tensor.dtype() + tensor.shape()
                                    + " is NaN or infinite, the global model's is finite",
                            "lower the learning rate, clip gradients, or check that site's data");
                });
            }
        }
    }

    private static void requireEntry(TensorLayout.Entry entry, Optional<TensorLayout.Entry> inGlobal) {
        TensorLayout.Entry expected = inGlobal.orElseThrow(() -> new TensorFormatException(
                TensorFault.UNKNOWN_TENSOR,
                entry.name(),
                "got " + entry.dtype() + entry.shape() + ", but the global model has no tensor of that name",
                "check the model definition on that site"));
        if (entry.dtype() != expected.dtype()) {
            throw new TensorFormatException(
                    TensorFault.DTYPE_MISMATCH,
                    entry.name(),
                    "got dtype " + entry.dtype() + ", expected the global model's " + expected.dtype(),
                    "return the model in the dtype it came in");
        }
        if (!entry.shape().equals(expected.shape())) {
            throw new TensorFormatException(
                    TensorFault.SHAPE_MISMATCH,
                    entry.name(),
                    "got shape " + entry.shape() + ", expected the global model's " + expected.shape(),
                    "check the model definition on that site");
        }
    }
}
