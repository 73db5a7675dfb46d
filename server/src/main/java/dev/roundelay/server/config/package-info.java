/// Options of the server process: read once, all problems told at once.
@NullMarked
package dev.roundelay.server.config;

import org.jspecify.annotations.NullMarked;
