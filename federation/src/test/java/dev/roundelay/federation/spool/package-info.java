@NullMarked
package dev.roundelay.federation.spool;

import org.jspecify.annotations.NullMarked;
