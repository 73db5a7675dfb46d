/// The kill suite: jobs run while programs die, stop, and lose each other, and end as if nothing had been.
@NullMarked
package dev.roundelay.e2e.chaos;

import org.jspecify.annotations.NullMarked;
