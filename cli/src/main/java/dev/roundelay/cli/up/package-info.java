@NullMarked
package dev.roundelay.cli.up;

import org.jspecify.annotations.NullMarked;
