/// PostgreSQL as a child process on the data folder, or anybody's PostgreSQL by URL.
@NullMarked
package dev.roundelay.server.postgres;

import org.jspecify.annotations.NullMarked;
