@NullMarked
package dev.roundelay.testkit.kernel;

import org.jspecify.annotations.NullMarked;
