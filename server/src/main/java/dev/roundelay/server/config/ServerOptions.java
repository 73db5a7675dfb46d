package dev.roundelay.server.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/// The options as they were given, all as text, so that [ConfigCheck] can tell every problem and not just the first.
public final class ServerOptions {
    @Option(
            names = "--data-dir",
            paramLabel = "D",
            defaultValue = "roundelay-data",
            description = "everything that is kept lies here (default: ${DEFAULT-VALUE})")
    String dataDir = "";

    @Option(
            names = "--listen",
            paramLabel = "ADDR",
            defaultValue = "127.0.0.1",
            description = "address to listen at (default: ${DEFAULT-VALUE})")
    String listen = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8000",
            description = "of API and dashboard; 0 picks a free one and keeps it (default: ${DEFAULT-VALUE})")
    String port = "";

    @Option(
            names = "--s3-port",
            paramLabel = "PORT",
            defaultValue = "3900",
            description = "of the S3 endpoint; 0 picks a free one and keeps it (default: ${DEFAULT-VALUE})")
    String s3Port = "";

    @Option(names = "--public-url", paramLabel = "URL", description = "how clients reach the API")
    @Nullable
    String publicUrl;

    @Option(names = "--s3-public-url", paramLabel = "URL", description = "how clients reach S3")
    @Nullable
    String s3PublicUrl;

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "certificate chain, PEM")
    @Nullable
    String tlsCert;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "private key of the certificate, PEM (PKCS#8)")
    @Nullable
    String tlsKey;

    @Option(
            names = "--tls-auto",
            description =
                    "make a certificate authority and a certificate of one's own, kept and renewed in the data folder")
    boolean tlsAuto;

    @Option(names = "--behind-tls-proxy", description = "a proxy in front speaks TLS and sets X-Forwarded-For")
    boolean behindTlsProxy;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "16384",
            description = "open at the same time, both ports together (default: ${DEFAULT-VALUE})")
    String maxConnections = "";

    @Option(
            names = "--max-connections-per-address",
            paramLabel = "N",
            defaultValue = "4096",
            description = "of one address, each worker behind it holding one (default: ${DEFAULT-VALUE})")
    String maxConnectionsPerAddress = "";

    @Option(
            names = "--disk-reserve-mb",
            paramLabel = "N",
            description =
                    "kept free for running jobs: with less, new jobs and uploads are refused (default: 1024, at most a twentieth of the disk)")
    @Nullable
    String diskReserveMb;

    @Option(
            names = "--database-url",
            paramLabel = "URL",
            description =
                    "PostgreSQL 15 or newer, postgresql://user:password@host:port/database; default: one of its own")
    @Nullable
    String databaseUrl;

    @Option(
            names = "--database-url-file",
            paramLabel = "FILE",
            description = "file with the database URL, so that its password stands in no process list")
    @Nullable
    String databaseUrlFile;

    @Option(
            names = "--postgres-bin",
            paramLabel = "DIR",
            description = "programs of PostgreSQL 15 or newer for the database of its own")
    @Nullable
    String postgresBin;

    @Option(
            names = "--metrics-token-file",
            paramLabel = "FILE",
            description = "file with the token that lets a collector read /metrics")
    @Nullable
    String metricsTokenFile;

    @Option(names = "--exit-with-parent", description = "stop when standard input ends")
    boolean exitWithParent;

    /// Returns a source of defaults: `--data-dir` comes from `ROUNDELAY_DATA_DIR`, and so on.
    public static IDefaultValueProvider environmentDefaults(Map<String, String> environment) {
        return new EnvironmentDefaults(environment);
    }

    private record EnvironmentDefaults(Map<String, String> environment) implements IDefaultValueProvider {
        EnvironmentDefaults {
            environment = Map.copyOf(environment);
        }

        @Override
        public @Nullable String defaultValue(ArgSpec argument) {
            return argument instanceof OptionSpec option ? environment.get(variable(option.longestName())) : null;
        }
    }

    /// Returns the environment variable that mirrors an option.
    static String variable(String option) {
        return "ROUNDELAY_" + option.substring(2).replace('-', '_').toUpperCase(java.util.Locale.ROOT);
    }
}
