@NullMarked
package dev.roundelay.contract.account;

import org.jspecify.annotations.NullMarked;
