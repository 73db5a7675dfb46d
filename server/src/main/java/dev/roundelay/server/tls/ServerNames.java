package dev.roundelay.server.tls;

import dev.roundelay.server.config.ServerConfig;
import java.net.IDN;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Under which names and addresses a server may be called: those of its public URLs, what it listens at (with `0.0.0.0`
/// every address that this machine has now), and this machine's own.
public final class ServerNames {
    private ServerNames() {}

    /// Returns the names, in order.
    public static SortedSet<String> of(ServerConfig config) {
        SortedSet<String> names = new TreeSet<>();
        names.add("localhost");
        names.add("127.0.0.1");
        names.add("0:0:0:0:0:0:0:1");
        Stream.of(config.publicUrl(), config.s3PublicUrl())
                .flatMap(Optional::stream)
                .map(URI::getHost)
                .forEach(host -> add(names, host));
        try {
            InetAddress listen = InetAddress.getByName(config.listen());
            if (listen.isAnyLocalAddress()) {
                addMachine(names);
            } else {
                add(names, config.listen());
                names.add(withoutScope(listen));
            }
        } catch (UnknownHostException _) {
            add(names, config.listen());
        }
        return names;
    }

    private static void addMachine(SortedSet<String> names) {
        try {
            InetAddress local = InetAddress.getLocalHost();
            add(names, local.getHostName());
            add(names, local.getCanonicalHostName());
        } catch (UnknownHostException _) {
            // Then it has addresses only.
        }
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLinkLocalAddress())
                    .map(ServerNames::withoutScope)
                    .forEach(names::add);
        } catch (SocketException _) {
            // The names have to do.
        }
    }

    private static void add(SortedSet<String> names, String host) {
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        if (bare.contains(":")) {
            try {
                // As the certificate says it: one address has many texts.
                names.add(withoutScope(InetAddress.getByName(bare)));
            } catch (UnknownHostException _) {
                // No address and no name.
            }
            return;
        }
        names.add(IDN.toASCII(bare).toLowerCase(Locale.ROOT));
    }

    private static String withoutScope(InetAddress address) {
        return address.getHostAddress().replaceFirst("%.*$", "");
    }
}
