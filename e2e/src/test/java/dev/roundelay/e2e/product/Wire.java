package dev.roundelay.e2e.product;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A wire to a server that can be cut, and be slow. Thread-safe.
public final class Wire implements AutoCloseable {
    private static final int CHUNK = 64 * 1024;

    private final ServerSocket door;
    private final InetSocketAddress far;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger broken = new AtomicInteger();
    private volatile boolean cut;
    private volatile Duration delay = Duration.ZERO;
    private volatile @Nullable Breaks breaks;

    /// Which connections break by themselves: those over which so many bytes have gone, for so many times.
    private record Breaks(long bytes, AtomicInteger left) {}

    /// @param server address that it leads to
    public Wire(URI server) {
        this(server.getHost(), server.getPort());
    }

    public Wire(String host, int port) {
        try {
            this.far = new InetSocketAddress(host, port);
            this.door = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port());
    }

    public int port() {
        return door.getLocalPort();
    }

    /// Breaks all connections; new ones end at once.
    public void cut() {
        cut = true;
        open.forEach(Wire::shut);
    }

    public void mend() {
        cut = false;
    }

    /// Has whatever goes through wait so long, either way.
    public void slow(Duration wait) {
        delay = wait;
    }

    /// Breaks a connection when so many bytes have gone to the server over it, so many times.
    public void breakUploads(long bytes, int times) {
        breaks = new Breaks(bytes, new AtomicInteger(times));
    }

    /// Returns how many connections it has broken by [#breakUploads].
    public int broken() {
        return broken.get();
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            cut();
        }
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
            Thread back = Thread.ofVirtual().start(() -> pump(other, near, false));
            pump(near, other, true);
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

    private void pump(Socket from, Socket to, boolean isUp) {
        byte[] chunk = new byte[CHUNK];
        long gone = 0;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                LockSupport.parkNanos(delay.toNanos());
                out.write(chunk, 0, read);
                gone += read;
                if (isUp && breaksAt(gone)) {
                    throw new IOException("broken after " + gone + " bytes");
                }
            }
            to.shutdownOutput();
        } catch (IOException _) {
            shut(from);
            shut(to);
        }
    }

    private boolean breaksAt(long gone) {
        Breaks now = breaks;
        boolean breaksNow = now != null && gone >= now.bytes && now.left.getAndDecrement() > 0;
        if (breaksNow) {
            broken.incrementAndGet();
        }
        return breaksNow;
    }

    private static void shut(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is shut.
        }
    }
}
