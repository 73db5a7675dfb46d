/// Options of `roundelay worker`, checked all at once.
@NullMarked
package dev.roundelay.worker.config;

import org.jspecify.annotations.NullMarked;
