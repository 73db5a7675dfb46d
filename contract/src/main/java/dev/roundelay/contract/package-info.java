@NullMarked
package dev.roundelay.contract;

import org.jspecify.annotations.NullMarked;
