@NullMarked
package dev.roundelay.contract.files;

import org.jspecify.annotations.NullMarked;
