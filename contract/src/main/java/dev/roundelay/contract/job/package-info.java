@NullMarked
package dev.roundelay.contract.job;

import org.jspecify.annotations.NullMarked;
