/// The own bucket: making it, its key pair, its use.
@NullMarked
package dev.roundelay.server.bucket;

import org.jspecify.annotations.NullMarked;
