@NullMarked
package dev.roundelay.cli.doctor;

import org.jspecify.annotations.NullMarked;
