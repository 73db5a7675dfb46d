package dev.roundelay.tensors.quantization;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a job asks of the transfer of its weights. Floating tensors of more than [#SMALLEST] elements are encoded where
/// that makes them smaller; all others travel as they are.
public enum Quantization {
    FLOAT16(Encoding.FLOAT16),
    BFLOAT16(Encoding.BFLOAT16),
    BLOCKWISE8(Encoding.BLOCKWISE8),
    FLOAT4(Encoding.FLOAT4),
    NORMFLOAT4(Encoding.NORMFLOAT4),
    /// For each tensor the smallest of three encodings whose error, as Euclidean norm, is at most 2 % of the tensor's;
    /// where none is, the tensor as it is.
    ADAQUANT(Encoding.NORMFLOAT4, Encoding.BLOCKWISE8, Encoding.FLOAT16);

    /// Tensors of at most so many elements are not worth it.
    public static final int SMALLEST = 1_024;

    /// Largest relative error of [#ADAQUANT].
    static final double LARGEST_ERROR = 0.02;

    private final List<Encoding> encodings;

    Quantization(Encoding... encodings) {
        this.encodings = List.of(encodings);
    }

    /// Returns what is tried, the smallest first.
    List<Encoding> encodings() {
        return encodings;
    }

    /// Returns whether an encoding has to prove itself.
    boolean chooses() {
        return this == ADAQUANT;
    }

    /// Returns all names, as a job gives them.
    public static List<String> names() {
        return Arrays.stream(values()).map(Quantization::toString).toList();
    }

    public static Optional<Quantization> find(String name) {
        return Arrays.stream(values())
                .filter(value -> value.toString().equals(name))
                .findFirst();
    }

    /// Returns the name, as a job gives it.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
