/// What a collector such as Prometheus reads: how the server, its jobs and its workers stand, in numbers.
@NullMarked
package dev.roundelay.server.metrics;

import org.jspecify.annotations.NullMarked;
