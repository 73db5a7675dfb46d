package dev.roundelay.s3;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/// Accepts connections for as long as [ConnectionLimits] admit them, and closes the others at once: before a thread, a
/// buffer or a handshake is spent on them.
public final class LimitedConnector extends ServerConnector {
    /// Jetty keeps the header lines that a connection has sent, to know them again, in a table of 98 KB from the first
    /// line on: a few thousand parked workers, or callers whom nobody knows, would take the whole heap.
    public static final int HEADER_CACHE = 0;

    private static final int ACCEPTORS = 1;
    private static final int SELECTORS = 1;
    private static final int ACCEPT_QUEUE = 1_024;

    private final ConnectionLimits limits;

    public LimitedConnector(Server server, ConnectionLimits limits, ConnectionFactory... protocols) {
        super(server, ACCEPTORS, SELECTORS, protocols);
        this.limits = limits;
        // All workers come back at once when a server has started again; with 50, which the JDK takes, they wait
        // seconds.
        setAcceptQueueSize(ACCEPT_QUEUE);
        addBean(limits);
    }

    @Override
    public void accept(int acceptorId) throws IOException {
        if (!(getTransport() instanceof ServerSocketChannel listening) || !listening.isOpen()) {
            return;
        }
        SocketChannel channel = listening.accept();
        if (!limits.admit(channel)) {
            channel.close();
            return;
        }
        try {
            channel.configureBlocking(false);
            configure(channel.socket());
            getSelectorManager().accept(channel);
        } catch (IOException | RuntimeException e) {
            limits.release(channel);
            channel.close();
            throw e;
        }
    }
}
