package dev.roundelay.benchmarks.fleet;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The calls of one thread over one connection, repeated until they are answered. The owner closes it.
final class Calls implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final InetSocketAddress server;
    private final Measures measures;
    private @Nullable Connection connection;

    Calls(InetSocketAddress server, Measures measures) {
        this.server = server;
        this.measures = measures;
    }

    /// Repeats a call until the server gives an answer other than "not now"; counts each try that got none.
    ///
    /// @throws RefusedException if the answer is an error
    Answer untilAnswered(Request request) throws InterruptedException, RefusedException {
        for (int failures = 1; ; failures++) {
            Duration atLeast = Duration.ZERO;
            try {
                Answer answer = connected().exchange(request, PATIENCE);
                if (answer.isGood()) {
                    return answer;
                }
                measures.failed("%s: %d %s".formatted(request.what(), answer.status(), answer.code()));
                if (!answer.isNotNow()) {
                    throw new RefusedException(request.what(), answer);
                }
                atLeast = answer.retryAfter();
            } catch (IOException e) {
                // An interruption ends a socket's reading, too.
                if (Thread.interrupted()) {
                    throw new InterruptedException("[%s] given up".formatted(request.what()));
                }
                measures.failed("%s: %s".formatted(request.what(), e));
            }
            Pauses.backOff(failures, atLeast);
        }
    }

    private Connection connected() throws IOException {
        Connection known = connection;
        if (known != null && known.isUsable()) {
            return known;
        }
        close();
        Connection fresh = Connection.open(server);
        connection = fresh;
        return fresh;
    }

    @Override
    public void close() throws IOException {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
