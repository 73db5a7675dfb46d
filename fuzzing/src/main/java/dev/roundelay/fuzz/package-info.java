/// What the fuzz tests of all rooms share. Nothing of it is in the product.
@NullMarked
package dev.roundelay.fuzz;

import org.jspecify.annotations.NullMarked;
