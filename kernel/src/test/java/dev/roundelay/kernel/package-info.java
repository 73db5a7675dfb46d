@NullMarked
package dev.roundelay.kernel;

import org.jspecify.annotations.NullMarked;
