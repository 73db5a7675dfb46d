/// Joining once, and coming back under the same id.
@NullMarked
package dev.roundelay.worker.register;

import org.jspecify.annotations.NullMarked;
