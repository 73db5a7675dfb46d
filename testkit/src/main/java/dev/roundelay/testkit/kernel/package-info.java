/// What every store of the kernel must do.
@NullMarked
package dev.roundelay.testkit.kernel;

import org.jspecify.annotations.NullMarked;
