/// Workers: what they offer and what they report.
@NullMarked
package dev.roundelay.kernel.worker;

import org.jspecify.annotations.NullMarked;
