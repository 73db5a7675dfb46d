/// What a job leaves in its owner's bucket.
@NullMarked
package dev.roundelay.federation.output;

import org.jspecify.annotations.NullMarked;
