package dev.roundelay.server.jobs;

import dev.roundelay.server.http.Authenticator;
import io.javalin.http.sse.SseClient;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Streams of server-sent events: how many there may be, and how long each may last. Thread-safe.
final class EventStreams {
    /// After so long a stream is looked at: whether its caller may still read it, and, by a comment, whether anybody
    /// does.
    static final Duration LOOK_AFTER = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
    private static final int MAX_STREAMS = 4_000;

    private final Authenticator authenticator;
    private final Semaphore places = new Semaphore(MAX_STREAMS);

    EventStreams(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    /// Feeds one stream until it returns.
    @FunctionalInterface
    interface Pump {
        void feed(Stream stream) throws InterruptedException;
    }

    /// Begins a stream, fed by a thread of its own: a loop in the handler would hold the answer back, for Javalin sends
    /// when the handler returns.
    void begin(SseClient client, String name, Pump pump) {
        if (!places.tryAcquire()) {
            client.close();
            return;
        }
        client.ctx().header("X-Accel-Buffering", "no");
        client.keepAlive();
        client.onClose(places::release);
        Stream stream = new Stream(client, authenticator.standing(client.ctx()));
        Thread.ofVirtual().name("events of " + name).start(() -> run(stream, name, pump));
    }

    private static void run(Stream stream, String name, Pump pump) {
        try {
            pump.feed(stream);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.debug("the event stream of {} ended: {}", name, e.toString());
        } finally {
            stream.client.close();
        }
    }

    /// One stream. For the thread that feeds it.
    static final class Stream {
        private final SseClient client;
        private final BooleanSupplier standing;
        private long lookedAt = System.nanoTime();

        private Stream(SseClient client, BooleanSupplier standing) {
            this.client = client;
            this.standing = standing;
        }

        /// Returns whether there is somebody who reads, and still may.
        boolean goesOn() {
            long now = System.nanoTime();
            if (now - lookedAt > LOOK_AFTER.toNanos()) {
                lookedAt = now;
                if (!standing.getAsBoolean()) {
                    return false;
                }
                client.sendComment("still here");
            }
            return !client.terminated();
        }

        /// Sends one event.
        ///
        /// @param id ascends, so that the reader can go on after it
        void send(String name, String json, long id) {
            client.sendEvent(name, json, Long.toString(id));
        }
    }
}
