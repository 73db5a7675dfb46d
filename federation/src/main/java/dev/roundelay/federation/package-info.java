@NullMarked
package dev.roundelay.federation;

import org.jspecify.annotations.NullMarked;
