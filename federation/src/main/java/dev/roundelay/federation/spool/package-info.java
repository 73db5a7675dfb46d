/// Where accepted updates lie until their round is committed.
@NullMarked
package dev.roundelay.federation.spool;

import org.jspecify.annotations.NullMarked;
