package dev.roundelay.tensors.tensor;

import java.util.Optional;

/// The element types of tensors that travel through Roundelay.
///
/// A constant's name is its name in safetensors. Elements are little-endian.
public enum DType {
    /// IEEE 754 binary64.
    F64(8, "DoubleStorage", "float64"),
    /// IEEE 754 binary32.
    F32(4, "FloatStorage", "float32"),
    /// IEEE 754 binary16.
    F16(2, "HalfStorage", "float16"),
    /// The upper half of a binary32.
    BF16(2, "BFloat16Storage", "bfloat16"),
    /// Two's complement, 64 bits.
    I64(8, "LongStorage", "int64"),
    /// Two's complement, 32 bits.
    I32(4, "IntStorage", "int32"),
    /// Two's complement, 16 bits.
    I16(2, "ShortStorage", "int16"),
    /// Two's complement, 8 bits.
    I8(1, "CharStorage", "int8"),
    /// Unsigned, 8 bits.
    U8(1, "ByteStorage", "uint8"),
    /// One byte: 0 is false, 1 is true.
    BOOL(1, "BoolStorage", "bool");

    private final int byteSize;
    private final String torchStorage;
    private final String torchName;

    DType(int byteSize, String torchStorage, String torchName) {
        this.byteSize = byteSize;
        this.torchStorage = torchStorage;
        this.torchName = torchName;
    }

    /// Bytes of one element.
    public int byteSize() {
        return byteSize;
    }

    /// The class in Python's module `torch` that stands for this type in a `.pt` file, such as
    /// `FloatStorage`.
    public String torchStorage() {
        return torchStorage;
    }

    /// The name of the `torch.dtype`, such as `float32`.
    public String torchName() {
        return torchName;
    }

    /// Whether elements are floating-point numbers, and so may be NaN or infinite.
    public boolean isFloating() {
        return switch (this) {
            case F64, F32, F16, BF16 -> true;
            case I64, I32, I16, I8, U8, BOOL -> false;
        };
    }

    /// The type that safetensors calls `name`, if it is one of ours.
    public static Optional<DType> find(String name) {
        for (DType dtype : values()) {
            if (dtype.name().equals(name)) {
                return Optional.of(dtype);
            }
        }
        return Optional.empty();
    }
}
