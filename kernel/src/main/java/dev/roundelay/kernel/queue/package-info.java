/// Which queued job is served next: pure functions.
@NullMarked
package dev.roundelay.kernel.queue;

import org.jspecify.annotations.NullMarked;
