@NullMarked
package dev.roundelay.federation.output;

import org.jspecify.annotations.NullMarked;
