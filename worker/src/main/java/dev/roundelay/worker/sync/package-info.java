/// The one parked call and what it makes of the desired state.
@NullMarked
package dev.roundelay.worker.sync;

import org.jspecify.annotations.NullMarked;
