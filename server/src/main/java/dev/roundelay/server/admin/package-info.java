/// The program `roundelay admin`: what an operator does on the server's own machine, without signing in.
@NullMarked
package dev.roundelay.server.admin;

import org.jspecify.annotations.NullMarked;
