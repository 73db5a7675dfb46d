@NullMarked
package dev.roundelay.federation.round;

import org.jspecify.annotations.NullMarked;
