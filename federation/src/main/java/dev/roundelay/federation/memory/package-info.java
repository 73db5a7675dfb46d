/// The run store on the heap.
@NullMarked
package dev.roundelay.federation.memory;

import org.jspecify.annotations.NullMarked;
