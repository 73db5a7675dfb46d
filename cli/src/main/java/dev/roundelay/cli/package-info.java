@NullMarked
package dev.roundelay.cli;

import org.jspecify.annotations.NullMarked;
