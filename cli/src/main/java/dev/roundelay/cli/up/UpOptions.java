package dev.roundelay.cli.up;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of `roundelay up`: those of the server, and how many workers.
public final class UpOptions {
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Everything is kept here (default: ~/.local/share/roundelay).")
    @Nullable
    Path dataDir;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8000",
            description = "API and dashboard; 0 picks one (default: 8000).")
    int port;

    @Option(
            names = "--s3-port",
            paramLabel = "N",
            defaultValue = "3900",
            description = "S3 endpoint; 0 picks one (default: 3900).")
    int s3Port;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "1", description = "Local workers (default: 1).")
    int workers;

    @Option(
            names = "--slots",
            paramLabel = "M",
            description = "Assignments at once of each worker (default: one for each GPU, or 1).")
    @Nullable
    Integer slots;

    @Option(
            names = "--python",
            paramLabel = "PATH",
            description = "Python with torch for the workers (default: python3).")
    @Nullable
    Path python;

    @Option(names = "--listen", paramLabel = "ADDR", description = "Address to listen on (default: loopback).")
    @Nullable
    String listen;

    @Option(names = "--public-url", paramLabel = "URL", description = "How browsers and clients reach the API.")
    @Nullable
    String publicUrl;

    @Option(names = "--s3-public-url", paramLabel = "URL", description = "How clients reach the S3 endpoint.")
    @Nullable
    String s3PublicUrl;

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "Certificate chain (PEM).")
    @Nullable
    Path tlsCert;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Private key of the certificate (PEM).")
    @Nullable
    Path tlsKey;

    @Option(names = "--tls-auto", description = "Make an authority and a certificate of one's own.")
    boolean tlsAuto;

    @Option(names = "--behind-tls-proxy", description = "A proxy in front speaks TLS.")
    boolean behindTlsProxy;

    @Option(
            names = "--database-url-file",
            paramLabel = "FILE",
            description = "File with the URL of an external PostgreSQL.")
    @Nullable
    Path databaseUrlFile;

    @Option(
            names = "--metrics-token-file",
            paramLabel = "FILE",
            description = "File with a token that may read /metrics.")
    @Nullable
    Path metricsTokenFile;

    /// Returns the data folder.
    Path dataFolder(Path home) {
        return (dataDir == null ? home.resolve(".local/share/roundelay") : dataDir)
                .toAbsolutePath()
                .normalize();
    }

    List<String> serverArguments(Path data) {
        List<String> arguments = new ArrayList<>(List.of(
                "--data-dir",
                data.toString(),
                "--port",
                Integer.toString(port),
                "--s3-port",
                Integer.toString(s3Port),
                "--exit-with-parent"));
        add(arguments, "--listen", listen);
        add(arguments, "--public-url", publicUrl);
        add(arguments, "--s3-public-url", s3PublicUrl);
        add(arguments, "--tls-cert", tlsCert);
        add(arguments, "--tls-key", tlsKey);
        add(arguments, "--database-url-file", databaseUrlFile);
        add(arguments, "--metrics-token-file", metricsTokenFile);
        if (tlsAuto) {
            arguments.add("--tls-auto");
        }
        if (behindTlsProxy) {
            arguments.add("--behind-tls-proxy");
        }
        return List.copyOf(arguments);
    }

    List<String> workerArguments(String name, String serverUrl, Path data, Path tokenFile) {
        List<String> arguments = new ArrayList<>(List.of(
                "--server",
                serverUrl,
                "--token-file",
                tokenFile.toString(),
                "--name",
                name,
                "--data-dir",
                data.resolve("workers").resolve(name).toString(),
                "--handover-dir",
                data.resolve("handover").toString(),
                "--exit-with-parent"));
        add(arguments, "--cacert", authority(data));
        add(arguments, "--slots", slots);
        add(arguments, "--python", python);
        return List.copyOf(arguments);
    }

    /// Returns the file with the authority that the server makes for itself; null if it makes none.
    @Nullable
    Path authority(Path data) {
        return tlsAuto ? data.resolve("tls/ca.pem") : null;
    }

    /// Returns where this machine reaches the server: a public URL may lead around the world, or nowhere from here.
    String localUrl(String baseUrl) {
        if (publicUrl == null || tlsCert != null || port == 0) {
            return baseUrl;
        }
        boolean all = listen == null || listen.equals("0.0.0.0") || listen.equals("::");
        return (tlsAuto ? "https://" : "http://") + (all ? "127.0.0.1" : listen) + ":" + port;
    }

    private static void add(List<String> arguments, String option, @Nullable Object value) {
        if (value != null) {
            arguments.add(option);
            arguments.add(value.toString());
        }
    }
}
