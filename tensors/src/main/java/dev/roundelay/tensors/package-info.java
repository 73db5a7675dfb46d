/// Codecs of safetensors and `.pt` files over mapped memory, and the arithmetic that averages them.
///
/// Nothing in this room runs code of a file, copies a tensor to the Java heap to look at it, or knows of
/// jobs, rounds
/// and workers.
@NullMarked
package dev.roundelay.tensors;

import org.jspecify.annotations.NullMarked;
