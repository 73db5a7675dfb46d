package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.safetensors.SafetensorsReader;

/// An update and its weight in an average.
///
/// @param update open, and left open; holds some or all tensors of the global model
/// @param samples number of samples it was trained on, 0 to [#MAX_SAMPLES]
public record WeightedUpdate(SafetensorsReader update, long samples) {
    /// Largest number of samples of one update, 2^40: a product with a float32 or a 32-bit integer then
    /// loses less
    /// than
    /// the final rounding.
    public static final long MAX_SAMPLES = 1L << 40;

    /// @throws TensorFormatException with `BAD_SAMPLES`, see [#requireSamples]
    public WeightedUpdate {
        requireSamples(samples);
    }

    /// Refuses a number of samples that cannot be a weight.
    ///
    /// @throws TensorFormatException with `BAD_SAMPLES` if it is negative or above [#MAX_SAMPLES]
    public static void requireSamples(long samples) {
        if (samples < 0 || samples > MAX_SAMPLES) {
            throw new TensorFormatException(
                    TensorFault.BAD_SAMPLES,
                    "samples is " + samples + ", expected 0 to " + MAX_SAMPLES,
                    "return the number of training samples from fl_train");
        }
    }
}
