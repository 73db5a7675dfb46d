/// Strategies: how updates become the next model. The arithmetic is the tensors room's.
@NullMarked
package dev.roundelay.federation.strategy;

import org.jspecify.annotations.NullMarked;
