package dev.roundelay.server.config;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/// The ports to bind. Where 0 was asked for, one that is free now; it is remembered in the data folder, so that clients
/// find the server again after a restart.
///
/// @param api of API and dashboard
/// @param s3  of the S3 endpoint
public record Ports(int api, int s3) {
    private static final String FILE = "ports";

    /// Chooses and remembers them.
    ///
    /// @throws ConfigException naming each port that was asked for and that another program has
    public static Ports choose(ServerConfig config) throws IOException, ConfigException {
        List<String> taken = new ArrayList<>();
        requireFree(config, "--port", config.port(), taken);
        requireFree(config, "--s3-port", config.s3Port(), taken);
        if (!taken.isEmpty()) {
            throw new ConfigException(taken);
        }
        Path file = config.dataDir().resolve(FILE);
        Properties kept = read(file);
        int api = config.port() == 0 ? free(config, kept, "api", -1) : config.port();
        int s3 = config.s3Port() == 0 ? free(config, kept, "s3", api) : config.s3Port();
        kept.setProperty("api", Integer.toString(api));
        kept.setProperty("s3", Integer.toString(s3));
        try (Writer out = Files.newBufferedWriter(file)) {
            kept.store(out, null);
        }
        return new Ports(api, s3);
    }

    private static void requireFree(ServerConfig config, String option, int port, List<String> taken)
            throws IOException {
        if (port != 0 && !isFree(InetAddress.getByName(config.listen()), port)) {
            taken.add("[%s] another program listens at %s port %d; stop it, or give another port (0 finds a free one)"
                    .formatted(option, config.listen(), port));
        }
    }

    private static int free(ServerConfig config, Properties kept, String name, int taken) throws IOException {
        InetAddress address = InetAddress.getByName(config.listen());
        String last = kept.getProperty(name, "");
        if (last.matches("\\d{1,5}") && Integer.parseInt(last) != taken && isFree(address, Integer.parseInt(last))) {
            return Integer.parseInt(last);
        }
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, address)) {
                if (socket.getLocalPort() != taken) {
                    return socket.getLocalPort();
                }
            }
        }
    }

    private static boolean isFree(InetAddress address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static Properties read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (NoSuchFileException _) {
            // The first start.
        }
        return properties;
    }
}
