/// What other machines get from a server: the agent, a Java runtime, the SDK, and the script that joins a worker.
@NullMarked
package dev.roundelay.server.downloads;

import org.jspecify.annotations.NullMarked;
