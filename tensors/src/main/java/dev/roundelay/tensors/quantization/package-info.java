/// Encodings that make weights smaller on their way: a few bits an element, with stated bounds of the error. One
/// implementation for the server and for the worker's agent, so that both make the same bits of the same weights.
@NullMarked
package dev.roundelay.tensors.quantization;

import org.jspecify.annotations.NullMarked;
