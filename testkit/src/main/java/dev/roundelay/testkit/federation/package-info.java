/// Contract suite of federation's store, and samples for it.
@NullMarked
package dev.roundelay.testkit.federation;

import org.jspecify.annotations.NullMarked;
