package dev.roundelay.worker.client;

import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// The servers of one installation, of which one is active. Remembers the one that last worked. Thread-safe.
public final class ServerList {
    private final List<URI> servers;
    private final AtomicInteger current = new AtomicInteger();

    /// Makes a list.
    ///
    /// @param servers base URLs without a trailing slash, at least one
    public ServerList(List<URI> servers) {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("servers is empty");
        }
        this.servers = List.copyOf(servers);
    }

    /// Returns the server to call.
    URI current() {
        return servers.get(current.get());
    }

    /// Goes on to the next server unless another thread has already left `failed`.
    void leave(URI failed) {
        int index = current.get();
        if (servers.get(index).equals(failed)) {
            current.compareAndSet(index, (index + 1) % servers.size());
        }
    }

    int size() {
        return servers.size();
    }
}
