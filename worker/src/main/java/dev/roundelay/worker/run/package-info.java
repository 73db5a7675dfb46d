/// One attempt at an assignment, from its plan to its end.
@NullMarked
package dev.roundelay.worker.run;

import org.jspecify.annotations.NullMarked;
