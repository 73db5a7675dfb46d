/// The loop of one job: look at the persisted state, decide what is due, do it, wait for a signal.
@NullMarked
package dev.roundelay.federation.run;

import org.jspecify.annotations.NullMarked;
