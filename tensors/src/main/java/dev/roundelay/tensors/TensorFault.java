package dev.roundelay.tensors;

/// What is wrong with a file of tensors, or with an update.
///
/// The set is closed: callers map each constant to their own error.
public enum TensorFault {
    /// The file ends before the bytes that it announces.
    TRUNCATED,
    /// The file goes on after the bytes that it announces.
    TRAILING_BYTES,
    /// A header, a directory or a pickle is larger than allowed.
    HEADER_TOO_LARGE,
    /// The file has more tensors than allowed.
    TOO_MANY_TENSORS,
    /// The tensors together have more bytes than allowed.
    TOO_LARGE,
    /// The header is not the JSON that the format asks for.
    MALFORMED_HEADER,
    /// Two tensors have one name, or a tensor has the format's reserved name.
    DUPLICATE_NAME,
    /// The element type is not one of ours.
    UNKNOWN_DTYPE,
    /// A shape is negative, or its number of elements has no 64-bit number.
    BAD_SHAPE,
    /// Offsets leave a gap, overlap, or do not fit shape and dtype.
    BAD_OFFSETS,
    /// The file holds no tensor.
    NO_TENSORS,
    /// The model has no tensor of that name.
    UNKNOWN_TENSOR,
    /// A shape differs from the global model's.
    SHAPE_MISMATCH,
    /// A dtype differs from the global model's.
    DTYPE_MISMATCH,
    /// An element is NaN or infinite where the global model's is finite.
    NOT_FINITE,
    /// An element is beyond what the encoding of the transfer holds.
    OUT_OF_RANGE,
    /// A tensor is not encoded as its file says.
    BAD_ENCODING,
    /// A number of samples is negative or above the limit.
    BAD_SAMPLES,
    /// The bytes have another checksum than announced.
    CHECKSUM_MISMATCH,
    /// The zip container is damaged.
    MALFORMED_ZIP,
    /// The zip container uses a feature that a checkpoint never needs (compression, encryption, several
    /// disks).
    UNSUPPORTED_ZIP,
    /// The pickle stream is damaged.
    MALFORMED_PICKLE,
    /// The pickle stream asks for a class, function or opcode outside the closed list.
    REFUSED_PICKLE,
    /// The pickle stream is sound, but what it holds is not a state dict.
    NOT_A_STATE_DICT,
    /// A tensor reaches outside its storage, or its storage is missing or of another size.
    OUTSIDE_STORAGE
}
