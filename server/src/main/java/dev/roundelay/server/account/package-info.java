/// Users, their keys and sessions, and the first start.
@NullMarked
package dev.roundelay.server.account;

import org.jspecify.annotations.NullMarked;
