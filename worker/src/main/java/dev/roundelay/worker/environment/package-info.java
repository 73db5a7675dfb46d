/// Python environments of jobs: made once for each owner, interpreter, index and set of requirements, reused after.
@NullMarked
package dev.roundelay.worker.environment;

import org.jspecify.annotations.NullMarked;
