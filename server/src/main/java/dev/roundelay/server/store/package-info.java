/// PostgreSQL behind the ports of the inner rooms.
@NullMarked
package dev.roundelay.server.store;

import org.jspecify.annotations.NullMarked;
