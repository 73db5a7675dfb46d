/// Thousands of simulated workers in one JVM, which speak the worker protocol (docs/worker-protocol.md) to a real
/// server.
@NullMarked
package dev.roundelay.benchmarks.fleet;

import org.jspecify.annotations.NullMarked;
