/// The published client's routes and workspaces, as thin translations onto our own handlers.
@NullMarked
package dev.roundelay.server.compat;

import org.jspecify.annotations.NullMarked;
