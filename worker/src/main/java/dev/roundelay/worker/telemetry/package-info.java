/// What the machine has and how it is doing.
@NullMarked
package dev.roundelay.worker.telemetry;

import org.jspecify.annotations.NullMarked;
