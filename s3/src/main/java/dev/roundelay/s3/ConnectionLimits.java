package dev.roundelay.s3;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.SelectorManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How many connections may be open at the same time, in all and from one address, over all ports that share it.
/// Counted before anybody is known, so it must be generous: a parked worker holds one, and a whole site may be behind
/// one address. Of IPv6 a /64 is one address: that is what one customer gets. Loopback is this machine and has no bound
/// of its own. Thread-safe.
///
/// What is beyond is closed without an answer: with TLS, an answer would cost more than the connection. The log says so
/// when it begins and then every ten minutes, however many are closed.
public final class ConnectionLimits implements SelectorManager.AcceptListener {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimits.class);
    private static final Duration SAID_AGAIN = Duration.ofMinutes(10);
    private static final int NETWORK_BYTES = 8;

    private final int total;
    private final int perAddress;
    private final LongSupplier nanos;
    private final Map<SelectableChannel, String> open = new HashMap<>();
    private final Map<String, Integer> byAddress = new HashMap<>();
    private long refused;
    private @Nullable Long lastSaid;

    /// @param total      at least 1
    /// @param perAddress at least 1; `Integer.MAX_VALUE` where all come from a proxy
    /// @param nanos      monotonic, such as `System::nanoTime`
    public ConnectionLimits(int total, int perAddress, LongSupplier nanos) {
        this.total = total;
        this.perAddress = perAddress;
        this.nanos = nanos;
    }

    /// Returns limits that no caller meets, for servers that only their own machine reaches.
    public static ConnectionLimits none() {
        return new ConnectionLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, System::nanoTime);
    }

    /// Counts a connection that was just accepted.
    ///
    /// @return false if there are too many: the caller closes it
    boolean admit(SocketChannel channel) {
        InetAddress address = channel.socket().getInetAddress();
        if (address == null) {
            // It has ended already.
            return false;
        }
        String key = key(address);
        String problem;
        synchronized (this) {
            int fromThere = byAddress.getOrDefault(key, 0);
            if (open.size() < total && (fromThere < perAddress || address.isLoopbackAddress())) {
                open.put(channel, key);
                byAddress.put(key, fromThere + 1);
                return true;
            }
            refused++;
            long now = nanos.getAsLong();
            if (lastSaid != null && now - lastSaid < SAID_AGAIN.toNanos()) {
                return false;
            }
            lastSaid = now;
            problem = open.size() >= total
                    ? "%,d are open, as many as --max-connections allows: further ones are closed".formatted(total)
                    : "%,d of %s are open, as many as --max-connections-per-address allows: its further ones are closed. If many workers share that address, raise it"
                            .formatted(perAddress, key);
        }
        LOG.warn("[connections] {} ({} closed since the start; said once in ten minutes)", problem, refusedCount());
        return false;
    }

    private synchronized long refusedCount() {
        return refused;
    }

    /// Returns how many are open.
    public synchronized int openCount() {
        return open.size();
    }

    private static String key(InetAddress address) {
        return address instanceof Inet6Address
                ? HexFormat.ofDelimiter(":").formatHex(Arrays.copyOf(address.getAddress(), NETWORK_BYTES)) + "/64"
                : address.getHostAddress();
    }

    synchronized void release(SelectableChannel channel) {
        String key = open.remove(channel);
        if (key != null) {
            byAddress.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
        }
    }

    @Override
    public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
        release(channel);
    }

    @Override
    public void onClosed(SelectableChannel channel) {
        release(channel);
    }
}
