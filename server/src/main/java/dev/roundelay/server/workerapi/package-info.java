/// The server's side of docs/worker-protocol.md.
@NullMarked
package dev.roundelay.server.workerapi;

import org.jspecify.annotations.NullMarked;
