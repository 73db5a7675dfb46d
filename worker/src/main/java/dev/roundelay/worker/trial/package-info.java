/// `roundelay try`: one round of a job on this machine, without a server.
@NullMarked
package dev.roundelay.worker.trial;

import org.jspecify.annotations.NullMarked;
