/// Objects of the own bucket over the API: listing, reading, writing, archives.
@NullMarked
package dev.roundelay.server.files;

import org.jspecify.annotations.NullMarked;
