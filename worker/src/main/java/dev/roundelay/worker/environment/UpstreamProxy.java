package dev.roundelay.worker.environment;

import dev.roundelay.worker.environment.IndexHosts.Destination;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Opens connections to the package indexes: directly, or through the proxy that the agent's own environment names
/// (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in either case). A proxy is always asked for a tunnel (RFC 9110, CONNECT).
final class UpstreamProxy {
    private static final int CONNECT_MILLIS = 15_000;
    private static final int ANSWER_MILLIS = 30_000;
    private static final int LONGEST_ANSWER = 16 * 1024;

    private final Map<String, String> variables;

    UpstreamProxy(Map<String, String> variables) {
        this.variables = variables;
    }

    /// Connects.
    ///
    /// @throws IOException with words that name what was not reached
    SocketChannel connect(Destination to) throws IOException {
        Optional<URI> proxy = proxyFor(to);
        if (proxy.isEmpty()) {
            return connect(to.host(), to.port());
        }
        URI through = proxy.get();
        SocketChannel channel = connect(through.getHost(), through.getPort() >= 0 ? through.getPort() : 80);
        try {
            askForTunnel(channel, to, through);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static SocketChannel connect(String host, int port) throws IOException {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UnknownHostException("no address is known for " + host);
        }
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(address, CONNECT_MILLIS);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw new IOException(host + ":" + port + ": " + e.getMessage(), e);
        }
    }

    private static void askForTunnel(SocketChannel channel, Destination to, URI proxy) throws IOException {
        StringBuilder head = new StringBuilder()
                .append("CONNECT ")
                .append(to.name())
                .append(" HTTP/1.1\r\nHost: ")
                .append(to.name())
                .append("\r\n");
        if (proxy.getUserInfo() != null) {
            String credentials =
                    Base64.getEncoder().encodeToString(proxy.getUserInfo().getBytes(StandardCharsets.UTF_8));
            head.append("Proxy-Authorization: Basic ").append(credentials).append("\r\n");
        }
        channel.write(ByteBuffer.wrap(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1)));
        String answer = readHead(channel, proxy);
        String[] status = answer.lines().findFirst().orElse("").split(" ", 3);
        if (status.length < 2 || !status[1].startsWith("2")) {
            throw new IOException("the proxy " + proxy.getHost() + " answers " + String.join(" ", status));
        }
    }

    // Byte by byte: what follows the head belongs to the tunnel.
    private static String readHead(SocketChannel channel, URI proxy) throws IOException {
        StringBuilder head = new StringBuilder();
        channel.socket().setSoTimeout(ANSWER_MILLIS);
        var in = channel.socket().getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int value = in.read();
            if (value < 0 || head.length() > LONGEST_ANSWER) {
                throw new IOException("the proxy " + proxy.getHost() + " gives no answer");
            }
            head.append((char) value);
        }
        channel.socket().setSoTimeout(0);
        return head.toString();
    }

    private Optional<URI> proxyFor(Destination to) throws IOException {
        String value = variable(to.tls() ? "https_proxy" : "http_proxy");
        if (value == null || value.isBlank() || isExcepted(to.host())) {
            return Optional.empty();
        }
        return Optional.of(parse(value.strip()));
    }

    // The value may hold a password: it is not quoted.
    private static URI parse(String value) throws IOException {
        try {
            URI proxy = new URI(value.contains("://") ? value : "http://" + value);
            if ("http".equalsIgnoreCase(proxy.getScheme()) && proxy.getHost() != null) {
                return proxy;
            }
        } catch (URISyntaxException _) {
            // Told below.
        }
        throw new IOException("HTTPS_PROXY or HTTP_PROXY of the worker is no http://host:port");
    }

    private boolean isExcepted(String host) {
        String list = variable("no_proxy");
        if (list == null) {
            return false;
        }
        for (String entry : list.toLowerCase(Locale.ROOT).split("[,\\s]+")) {
            String suffix = entry.replaceFirst("^\\*?\\.", "");
            if (entry.equals("*") || !suffix.isEmpty() && (host.equals(suffix) || host.endsWith("." + suffix))) {
                return true;
            }
        }
        return false;
    }

    private @Nullable String variable(String name) {
        String lower = variables.get(name);
        return lower != null ? lower : variables.get(name.toUpperCase(Locale.ROOT));
    }
}
