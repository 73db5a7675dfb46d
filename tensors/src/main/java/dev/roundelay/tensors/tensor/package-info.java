/// Tensors as values: what a tensor is called, how its elements are coded, and where its bytes lie.
@NullMarked
package dev.roundelay.tensors.tensor;

import org.jspecify.annotations.NullMarked;
