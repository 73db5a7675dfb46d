/// CRC-32C of files and of mapped memory, the checksum that travels with a body.
@NullMarked
package dev.roundelay.tensors.crc;

import org.jspecify.annotations.NullMarked;
