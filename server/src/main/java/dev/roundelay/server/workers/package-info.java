/// Workers as their owners see them: lists, telemetry, join tokens, the GPU catalogue.
@NullMarked
package dev.roundelay.server.workers;

import org.jspecify.annotations.NullMarked;
