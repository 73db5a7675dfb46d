@NullMarked
package dev.roundelay.testkit.journal;

import org.jspecify.annotations.NullMarked;
