@NullMarked
package dev.roundelay.testkit;

import org.jspecify.annotations.NullMarked;
