package dev.roundelay.server.config;

import dev.roundelay.server.postgres.PostgresAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// What a server is told at its start. Read by [ServerOptions], which checks it.
///
/// @param dataDir          everything that is kept on disk lies below it
/// @param listen           address to bind, of the API and of S3
/// @param port             of the API; 0 for any free one, which is kept on restart
/// @param s3Port           likewise of S3
/// @param publicUrl        how clients reach the API, if not by address and port; without a trailing slash
/// @param s3PublicUrl      how clients reach S3
/// @param tls              certificate and key; empty for plain HTTP or automatic TLS
/// @param automaticTls     whether the server makes its certificate and the authority of it by itself
/// @param behindTlsProxy   whether a proxy in front speaks TLS and tells the callers' addresses
/// @param connections      how many may be open
/// @param diskReserveMb    kept free for running jobs; empty for what suits the disk
/// @param database         somebody's PostgreSQL; empty for the embedded one
/// @param postgresPrograms folder with the programs for the embedded one; empty for those that come with this build
/// @param metricsTokenFile holds the token that lets a collector read `/metrics`
/// @param exitWithParent   whether to stop when standard input ends
public record ServerConfig(
        Path dataDir,
        String listen,
        int port,
        int s3Port,
        Optional<URI> publicUrl,
        Optional<URI> s3PublicUrl,
        Optional<Tls> tls,
        boolean automaticTls,
        boolean behindTlsProxy,
        Connections connections,
        OptionalLong diskReserveMb,
        Optional<PostgresAddress> database,
        Optional<Path> postgresPrograms,
        Optional<Path> metricsTokenFile,
        boolean exitWithParent) {
    /// PEM files: the certificate chain, and the private key in PKCS#8.
    public record Tls(Path certificate, Path key) {}

    /// How many connections may be open at the same time.
    ///
    /// @param perAddress of one address; all of a proxy's callers come from one, so that it is not looked at then
    public record Connections(int total, int perAddress) {}

    /// Returns whether the bound address can be reached from this machine only.
    public boolean isLoopback() {
        return isLoopback(listen);
    }

    static boolean isLoopback(String listen) {
        try {
            return InetAddress.getByName(listen).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }

    /// Returns whether the server itself speaks TLS.
    public boolean speaksTls() {
        return tls.isPresent() || automaticTls;
    }

    /// Returns the address of the API for clients: what was configured, else what was bound.
    ///
    /// @param boundPort the real port
    public String apiUrl(int boundPort) {
        return publicUrl.map(URI::toString).orElseGet(() -> ownUrl(boundPort));
    }

    /// Returns the address of S3 for clients.
    ///
    /// @param boundPort the real port
    public String s3Url(int boundPort) {
        return s3PublicUrl.map(URI::toString).orElseGet(() -> ownUrl(boundPort));
    }

    private String ownUrl(int boundPort) {
        return "%s://%s:%d".formatted(speaksTls() ? "https" : "http", ownHost(), boundPort);
    }

    private String ownHost() {
        try {
            InetAddress address = InetAddress.getByName(listen);
            if (address.isAnyLocalAddress()) {
                return InetAddress.getLocalHost().getCanonicalHostName();
            }
            return listen.contains(":") ? "[" + listen + "]" : listen;
        } catch (UnknownHostException _) {
            return listen;
        }
    }
}
