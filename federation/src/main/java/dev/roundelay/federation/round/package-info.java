/// A round: its states, the rule by which it closes, and which shards it asks. Pure; nothing here does I/O.
@NullMarked
package dev.roundelay.federation.round;

import org.jspecify.annotations.NullMarked;
