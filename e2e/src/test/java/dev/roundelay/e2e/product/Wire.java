package dev.roundelay.e2e.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A wire between workers and server that can be cut. Thread-safe.
final class Wire implements AutoCloseable {
    private final ServerSocket door;
    private final InetSocketAddress far;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    /// @param server address that it leads to
    Wire(URI server) {
        try {
            this.far = new InetSocketAddress(server.getHost(), server.getPort());
            this.door = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + door.getLocalPort());
    }

    /// Breaks all connections; new ones end at once.
    void cut() {
        cut = true;
        open.forEach(Wire::shut);
    }

    void mend() {
        cut = false;
    }

    @Override
    public void close() throws IOException {
        door.close();
        cut();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket near = door.accept();
                Thread.ofVirtual().start(() -> connect(near));
            } catch (IOException _) {
                // Closed, or one caller was gone too soon.
            }
        }
    }

    private void connect(Socket near) {
        Socket other = new Socket();
        open.add(near);
        open.add(other);
        try {
            if (cut) {
                throw new IOException("cut");
            }
            other.connect(far, 5_000);
            near.setTcpNoDelay(true);
            other.setTcpNoDelay(true);
            Thread back = Thread.ofVirtual().start(() -> pump(other, near));
            pump(near, other);
            back.join();
        } catch (IOException _) {
            // The far end is away: so is the near one.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            shut(near);
            shut(other);
            open.remove(near);
            open.remove(other);
        }
    }

    private static void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException _) {
            shut(from);
            shut(to);
        }
    }

    private static void shut(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is shut.
        }
    }
}
