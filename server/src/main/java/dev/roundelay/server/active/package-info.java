/// Sees to it that of all servers on one database exactly one serves (docs/adr/0031).
@NullMarked
package dev.roundelay.server.active;

import org.jspecify.annotations.NullMarked;
