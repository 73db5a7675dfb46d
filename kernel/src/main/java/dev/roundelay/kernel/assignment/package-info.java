/// Assignments: a worker slot's lease for one shard of one job.
@NullMarked
package dev.roundelay.kernel.assignment;

import org.jspecify.annotations.NullMarked;
