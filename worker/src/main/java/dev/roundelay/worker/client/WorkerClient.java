package dev.roundelay.worker.client;

import dev.roundelay.contract.Json;
import dev.roundelay.contract.worker.RegisterReply;
import dev.roundelay.contract.worker.RegisterRequest;
import dev.roundelay.contract.worker.SyncRequest;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The agent's side of docs/worker-protocol.md. Thread-safe; the owner closes it, which ends all calls.
public final class WorkerClient implements AutoCloseable {
    private static final Duration CONTROL = Duration.ofSeconds(15);

    private final Transport transport;
    private final Backoff backoff;
    private final Calls calls;

    /// Makes a client; no call is made yet.
    ///
    /// @param tls null: the certificate authorities of this Java
    public WorkerClient(ServerList servers, @Nullable SSLContext tls, Backoff backoff) {
        this.transport = new Transport(tls);
        this.backoff = backoff;
        this.calls = new Calls(transport, servers, backoff);
    }

    /// Joins: tries once on each server.
    ///
    /// @param key the same for every repetition of this join
    /// @throws NoAnswerException if no server answered this time
    /// @throws RefusedException  if one refused
    public Registered register(String token, String key, RegisterRequest request)
            throws IOException, RefusedException, InterruptedException {
        byte[] body = Json.lenient().writeValueAsBytes(request);
        Requests requests = Requests.of(token);
        Answer answer = calls.tryOnce(server -> transport.exchange(
                requests.to(server, "/register")
                        .header("Idempotency-Key", key)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                FileBodies.small(),
                new Progress(),
                CONTROL));
        if (!answer.isGood()) {
            throw new RefusedException(answer.status(), answer.problem());
        }
        return new Registered(answer.json(RegisterReply.class), answer.header("Date"));
    }

    /// A joined worker and the server's clock.
    public record Registered(RegisterReply reply, @Nullable String date) {}

    /// Returns the calls of a joined worker.
    ///
    /// @param handover null where files do not change hands by link
    public Joined joined(String secret, @Nullable Handover handover) {
        return new Joined(new Wire(calls, backoff, handover), Requests.of(secret));
    }

    @Override
    public void close() {
        transport.close();
    }

    /// The calls of a joined worker. Thread-safe.
    public static final class Joined {
        private final Wire wire;
        private final Requests requests;

        Joined(Wire wire, Requests requests) {
            this.wire = wire;
            this.requests = requests;
        }

        /// Starts a parked call on the current server.
        public SyncCall sync(SyncRequest request, Duration wait) throws IOException {
            byte[] body = Json.lenient().writeValueAsBytes(request);
            return SyncCall.start(
                    wire.calls(),
                    server -> requests.to(server, "/sync?wait=" + wait.toSeconds())
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofByteArray(body))
                            .build());
        }

        /// Returns the calls of one attempt at an assignment.
        public AssignmentClient assignment(String id, String fence) {
            return new AssignmentClient(wire, requests.assignment(id, fence));
        }

        /// Leaves the federation for good.
        public void leave() throws RefusedException, InterruptedException {
            Answer answer =
                    wire.calls().control(server -> requests.to(server, "/self").DELETE());
            if (!answer.isGood()) {
                throw new RefusedException(answer.status(), answer.problem());
            }
        }
    }
}
