/// Uploads in parts over the API's own port, for callers without an S3 key.
@NullMarked
package dev.roundelay.server.uploads;

import org.jspecify.annotations.NullMarked;
