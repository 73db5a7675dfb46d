@NullMarked
package dev.roundelay.tensors;

import org.jspecify.annotations.NullMarked;
