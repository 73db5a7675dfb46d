@NullMarked
package dev.roundelay.contract.worker;

import org.jspecify.annotations.NullMarked;
