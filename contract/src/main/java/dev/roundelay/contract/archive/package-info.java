/// What server and worker must agree on about the archives that users upload.
@NullMarked
package dev.roundelay.contract.archive;

import org.jspecify.annotations.NullMarked;
