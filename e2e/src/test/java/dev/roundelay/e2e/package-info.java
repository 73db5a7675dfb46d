/// The whole product as its users run it: server and workers as processes, jobs sent and read over the network.
@NullMarked
package dev.roundelay.e2e;

import org.jspecify.annotations.NullMarked;
