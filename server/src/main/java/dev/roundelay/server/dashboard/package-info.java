/// The dashboard's built pages as they are given out. What they show comes from the API; this package knows none of it.
@NullMarked
package dev.roundelay.server.dashboard;

import org.jspecify.annotations.NullMarked;
