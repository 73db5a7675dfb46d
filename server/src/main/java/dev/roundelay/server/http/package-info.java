/// What all routes share: callers, errors, bodies, ranges, and the assembly of the HTTP server.
@NullMarked
package dev.roundelay.server.http;

import org.jspecify.annotations.NullMarked;
