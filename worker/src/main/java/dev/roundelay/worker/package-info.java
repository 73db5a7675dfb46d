@NullMarked
package dev.roundelay.worker;

import org.jspecify.annotations.NullMarked;
