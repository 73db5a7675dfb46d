@NullMarked
package dev.roundelay.storage;

import org.jspecify.annotations.NullMarked;
