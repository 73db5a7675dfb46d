/// Which workers take the shards of a job: pure functions.
@NullMarked
package dev.roundelay.kernel.matching;

import org.jspecify.annotations.NullMarked;
