package dev.roundelay.tensors.inspection;

import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;

/// One tensor in an inspector's table.
///
/// @param bytes size of the elements, each counted once
/// @param norm square root of the sum of the squared elements, in float64; 0 for an empty tensor, NaN or
/// infinite where an
/// element is
public record TensorRow(String name, DType dtype, Shape shape, long bytes, double norm) {}
