/// Averages of state dicts over mapped files, in bounded memory and with the same bits for any number of
/// threads.
@NullMarked
package dev.roundelay.tensors.aggregation;

import org.jspecify.annotations.NullMarked;
