@NullMarked
package dev.roundelay.server;

import org.jspecify.annotations.NullMarked;
