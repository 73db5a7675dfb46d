/// What a job tells people while it runs: log lines, metric points, warnings and events, in one order.
@NullMarked
package dev.roundelay.kernel.journal;

import org.jspecify.annotations.NullMarked;
