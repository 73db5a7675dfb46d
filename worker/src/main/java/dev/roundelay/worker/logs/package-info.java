/// Log lines, metrics and warnings of an attempt on their way to the server.
@NullMarked
package dev.roundelay.worker.logs;

import org.jspecify.annotations.NullMarked;
