/// Leases on the active server's monotonic clock.
@NullMarked
package dev.roundelay.kernel.lease;

import org.jspecify.annotations.NullMarked;
