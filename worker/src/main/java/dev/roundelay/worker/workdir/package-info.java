/// Files that others made: unpacking archives of users and taking over what a harness wrote, without following or
/// mapping anything in place.
@NullMarked
package dev.roundelay.worker.workdir;

import org.jspecify.annotations.NullMarked;
