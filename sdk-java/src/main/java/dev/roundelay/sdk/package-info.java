@NullMarked
package dev.roundelay.sdk;

import org.jspecify.annotations.NullMarked;
