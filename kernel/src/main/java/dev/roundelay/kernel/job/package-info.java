/// Jobs: their record, states, phases, failures and ends.
@NullMarked
package dev.roundelay.kernel.job;

import org.jspecify.annotations.NullMarked;
