/// The ports of this room in memory: for tests and for trying things out; nothing survives the process.
@NullMarked
package dev.roundelay.storage.memory;

import org.jspecify.annotations.NullMarked;
