@NullMarked
package dev.roundelay.testkit.storage;

import org.jspecify.annotations.NullMarked;
