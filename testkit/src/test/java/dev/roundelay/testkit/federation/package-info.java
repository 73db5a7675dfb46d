@NullMarked
package dev.roundelay.testkit.federation;

import org.jspecify.annotations.NullMarked;
