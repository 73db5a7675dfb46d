package dev.roundelay.tensors.safetensors;

import dev.roundelay.tensors.tensor.TensorLayout;

/// What a safetensors file may cost before it is looked into.
///
/// @param maxHeaderBytes of the JSON header, > 0
/// @param maxTensors number of tensors, > 0
/// @param maxTotalBytes of the whole file, > 0
public record SafetensorsLimits(long maxHeaderBytes, int maxTensors, long maxTotalBytes) {
    /// Largest header of a first model.
    public static final long MAX_HEADER_BYTES = 16L << 20;
    /// Largest number of tensors.
    public static final int MAX_TENSORS = 100_000;

    private static final long UPDATE_HEADER_SLACK_BYTES = 64L << 10;

    public SafetensorsLimits {
        if (maxHeaderBytes <= 0 || maxTensors <= 0 || maxTotalBytes <= 0) {
            throw new IllegalArgumentException("limits must be positive: header " + maxHeaderBytes + ", tensors "
                    + maxTensors + ", total " + maxTotalBytes);
        }
    }

    /// Limits of a job's first model: nothing is known of it but what the server may store.
    public static SafetensorsLimits ofFirstModel(long maxTotalBytes) {
        return new SafetensorsLimits(MAX_HEADER_BYTES, MAX_TENSORS, maxTotalBytes);
    }

    /// Limits of files that this program wrote itself: the format's own, and any size.
    public static SafetensorsLimits ofOwnFile() {
        return new SafetensorsLimits(2 * MAX_HEADER_BYTES, MAX_TENSORS, Long.MAX_VALUE);
    }

    /// Limits of an update of `global`: its header may be twice as large and 64 KiB more, its data no
    /// larger.
    ///
    /// [#maxTotalBytes] is what to compare a `Content-Length` with before the first byte is read.
    public static SafetensorsLimits ofUpdateOf(SafetensorsReader global) {
        TensorLayout layout = global.layout();
        long headerBytes = 2 * global.headerBytes() + UPDATE_HEADER_SLACK_BYTES;
        return new SafetensorsLimits(
                headerBytes,
                Math.max(1, layout.entries().size()),
                SafetensorsHeader.PREFIX_BYTES + headerBytes + layout.byteSize());
    }
}
