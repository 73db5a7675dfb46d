/// Certificates of the server's own: an authority in the data folder and a certificate that renews itself.
@NullMarked
package dev.roundelay.server.tls;

import org.jspecify.annotations.NullMarked;
