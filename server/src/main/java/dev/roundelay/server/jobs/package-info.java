/// Jobs over HTTP: submit with all its checks, reads, cancel, delete, the event stream.
@NullMarked
package dev.roundelay.server.jobs;

import org.jspecify.annotations.NullMarked;
