package dev.roundelay.worker.environment;

import dev.roundelay.worker.environment.IndexHosts.Destination;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The only way out of the sandbox of a build, which has no network: one Unix socket for each host that it may reach.
///
/// Each socket leads to one fixed host and port: nothing that the build says has to be understood here, or believed.
/// It answers with a line, `+` or `-` and the reason, and then passes bytes on in both directions. Inside, the
/// program of [#program] makes an HTTP proxy of the sockets, for that is what installers can speak to.
final class IndexGate implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IndexGate.class);
    private static final int MOST_CONNECTIONS = 64;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Path folder;
    private final List<Destination> destinations;
    private final UpstreamProxy upstream;
    private final List<ServerSocketChannel> doors = new ArrayList<>();
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final Semaphore free = new Semaphore(MOST_CONNECTIONS);

    private IndexGate(Path folder, List<Destination> destinations, UpstreamProxy upstream) {
        this.folder = folder;
        this.destinations = destinations;
        this.upstream = upstream;
    }

    /// Opens the sockets in a folder of their own; the path of a socket must be short, so it is not below the agent's.
    static IndexGate open(PackageIndex index) throws IOException {
        Path folder = Files.createTempDirectory("rl-index-");
        IndexGate gate = new IndexGate(folder, IndexHosts.of(index), new UpstreamProxy(index.proxyVariables()));
        try {
            for (int number = 0; number < gate.destinations.size(); number++) {
                gate.openDoor(number);
            }
            return gate;
        } catch (IOException e) {
            gate.close();
            throw e;
        }
    }

    /// Returns the Python program that makes a proxy of the sockets and runs a command with it. Its arguments are the
    /// folder, [#names] and the command.
    static String program() {
        try (InputStream in = IndexGate.class.getResourceAsStream("index_gate.py")) {
            if (in == null) {
                throw new IllegalStateException("[environment] index_gate.py is missing; install the worker again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("[environment] cannot read index_gate.py; install the worker again", e);
        }
    }

    /// Returns where the sockets are: `0`, `1` and so on.
    Path folder() {
        return folder;
    }

    /// Returns `host:port` of each socket, in their order, with commas between.
    String names() {
        return String.join(",", destinations.stream().map(Destination::name).toList());
    }

    private void openDoor(int number) throws IOException {
        ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        doors.add(door);
        door.bind(UnixDomainSocketAddress.of(folder.resolve(Integer.toString(number))));
        Thread.ofVirtual().name("index-gate-" + number).start(() -> accept(door, destinations.get(number)));
    }

    private void accept(ServerSocketChannel door, Destination to) {
        try {
            while (true) {
                free.acquire();
                SocketChannel inside = door.accept();
                open.add(inside);
                Thread.ofVirtual().name("index-gate").start(() -> serve(inside, to));
            }
        } catch (ClosedChannelException e) {
            LOG.trace("[environment] the gate is closed", e);
        } catch (IOException e) {
            LOG.warn("[environment] no further connection to {}: {}", to.name(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel inside, Destination to) {
        try (inside) {
            relay(inside, to);
        } catch (IOException e) {
            LOG.debug("[environment] a connection to {} broke off", to.name(), e);
        } finally {
            open.remove(inside);
            free.release();
        }
    }

    private void relay(SocketChannel inside, Destination to) throws IOException {
        SocketChannel outside;
        try {
            outside = upstream.connect(to);
        } catch (IOException e) {
            say(inside, "-" + e.getMessage());
            return;
        }
        try (outside) {
            open.add(outside);
            say(inside, "+");
            Thread back = Thread.ofVirtual().name("index-gate-back").start(() -> pass(outside, inside));
            pass(inside, outside);
            back.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(outside);
        }
    }

    private static void say(SocketChannel inside, String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line.replace('\n', ' ') + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            inside.write(bytes);
        }
    }

    // An end in one direction is passed on as such; a failure ends both, or the other one would wait for ever.
    private static void pass(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            LOG.trace("[environment] a connection ends", e);
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.trace("[environment] closing", e);
        }
    }

    @Override
    public void close() throws IOException {
        for (ServerSocketChannel door : doors) {
            door.close();
        }
        open.forEach(IndexGate::closeQuietly);
        for (int number = 0; number < doors.size(); number++) {
            Files.deleteIfExists(folder.resolve(Integer.toString(number)));
        }
        Files.deleteIfExists(folder);
    }
}
