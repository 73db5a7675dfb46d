@NullMarked
package dev.roundelay.federation.metric;

import org.jspecify.annotations.NullMarked;
