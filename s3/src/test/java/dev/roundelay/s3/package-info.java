@NullMarked
package dev.roundelay.s3;

import org.jspecify.annotations.NullMarked;
