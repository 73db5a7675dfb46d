package dev.roundelay.worker.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Repeats calls until a server answers them, trying the installation's servers in turn. Thread-safe.
final class Calls {
    /// One try of a call against one server.
    @FunctionalInterface
    interface Try {
        Answer on(URI server) throws IOException, InterruptedException;
    }

    /// Builds the request of one try of a call without a large body.
    @FunctionalInterface
    interface Control {
        HttpRequest.Builder to(URI server);
    }

    private static final Duration CONTROL = Duration.ofSeconds(15);

    private final Transport transport;
    private final ServerList servers;
    private final Backoff backoff;

    Calls(Transport transport, ServerList servers, Backoff backoff) {
        this.transport = transport;
        this.servers = servers;
        this.backoff = backoff;
    }

    Transport transport() {
        return transport;
    }

    ServerList servers() {
        return servers;
    }

    /// Repeats a call without a large body until it is answered.
    Answer control(Control request) throws InterruptedException {
        return untilAnswered(
                server -> transport.exchange(request.to(server).build(), FileBodies.small(), new Progress(), CONTROL));
    }

    /// Repeats until some server gives an answer other than "not now" (408, 429, 5xx); returns it, good or not.
    Answer untilAnswered(Try call) throws InterruptedException {
        for (int failures = 1; ; failures++) {
            Outcome outcome = once(call);
            if (outcome.answer() != null) {
                return outcome.answer();
            }
            if (failures >= servers.size()) {
                backoff.await(failures - servers.size() + 1, outcome.retryAfter());
            }
        }
    }

    /// Tries once on the current server; without an answer the next call goes to the next server.
    ///
    /// @throws NoAnswerException if it did not answer, or "not now"
    Answer tryOnce(Try call) throws NoAnswerException, InterruptedException {
        Outcome outcome = once(call);
        if (outcome.answer() == null) {
            throw outcome.cause() == null
                    ? new NoAnswerException(outcome.trouble())
                    : new NoAnswerException(outcome.trouble(), outcome.cause());
        }
        return outcome.answer();
    }

    private Outcome once(Try call) throws InterruptedException {
        URI server = servers.current();
        try {
            Answer answer = call.on(server);
            if (!isNotNow(answer.status())) {
                return new Outcome(answer, Duration.ZERO, "", null);
            }
            if (answer.status() >= 500) {
                servers.leave(server);
            }
            return new Outcome(null, retryAfter(answer), "the server answered " + answer.status(), null);
        } catch (IOException e) {
            servers.leave(server);
            return new Outcome(null, Duration.ZERO, e.toString(), e);
        }
    }

    static boolean isNotNow(int status) {
        return status == 408 || status == 429 || status >= 500;
    }

    private static Duration retryAfter(Answer answer) {
        String value = answer.header("Retry-After");
        if (value == null || !value.matches("[0-9]{1,4}")) {
            return Duration.ZERO;
        }
        return Duration.ofSeconds(Integer.parseInt(value));
    }

    private record Outcome(
            @Nullable Answer answer,
            Duration retryAfter,
            String trouble,
            @Nullable Throwable cause) {}
}
