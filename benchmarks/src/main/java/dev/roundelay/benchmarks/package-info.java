@NullMarked
package dev.roundelay.benchmarks;

import org.jspecify.annotations.NullMarked;
