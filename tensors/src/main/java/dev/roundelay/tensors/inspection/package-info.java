/// What a person wants to see of a file of tensors.
@NullMarked
package dev.roundelay.tensors.inspection;

import org.jspecify.annotations.NullMarked;
