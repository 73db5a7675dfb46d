package dev.roundelay.server;

import dev.roundelay.s3.S3Config;
import dev.roundelay.server.downloads.Distribution;
import dev.roundelay.server.http.HttpServer;
import dev.roundelay.server.tls.PublicAuthority;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// What the control plane must know, all checked.
///
/// @param dataDir     exists
/// @param publicUrl   of the API, without a slash at its end
/// @param s3PublicUrl of the S3 endpoint, without a slash at its end
/// @param serverId    names this server's disk; the same after each restart
/// @param behindTlsProxy whether a proxy in front tells the callers' addresses
/// @param diskReserveBytes kept free for what runs already
/// @param metricsToken of a collector that may read `/metrics`
/// @param distribution what this server was started from; empty if it runs from class files
/// @param s3Tls       null for plain HTTP
/// @param authority   of the certificates, if it is the server's own: its fingerprint rides in join tokens
public record Settings(
        Path dataDir,
        HttpServer.Listen listen,
        S3Config s3,
        @Nullable SSLContext s3Tls,
        String publicUrl,
        String s3PublicUrl,
        String serverId,
        boolean behindTlsProxy,
        long diskReserveBytes,
        Optional<String> metricsToken,
        Optional<Distribution> distribution,
        Optional<PublicAuthority> authority) {}
