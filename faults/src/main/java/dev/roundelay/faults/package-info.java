/// A Java agent that ends a program at a named point, as `kill -9` would: before or after a commit, an fsync, a rename,
/// a
/// link, an answer. The product knows nothing of it.
@NullMarked
package dev.roundelay.faults;

import org.jspecify.annotations.NullMarked;
