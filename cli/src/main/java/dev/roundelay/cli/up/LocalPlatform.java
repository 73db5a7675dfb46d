package dev.roundelay.cli.up;

import dev.roundelay.sdk.Roundelay;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A server and one worker as children of this program, for as long as a command runs. Closing it ends both.
public final class LocalPlatform implements AutoCloseable {
    private final Supervisor supervisor;
    private final Thread ending;
    private final Credentials credentials;

    private LocalPlatform(Supervisor supervisor, Thread ending, Credentials credentials) {
        this.supervisor = supervisor;
        this.ending = ending;
        this.credentials = credentials;
    }

    /// Starts both on free ports and waits until the worker is online.
    ///
    /// @param data   kept when it is closed: the next start is quicker, and finds environments that were built
    /// @param slots  of the worker, 1 or more
    /// @param python with torch; null for `python3`
    /// @param err    told when a child dies and is started again
    /// @throws StartupException if one of them does not start
    public static LocalPlatform start(Path data, int slots, @Nullable Path python, PrintWriter err)
            throws IOException, InterruptedException, StartupException {
        UpOptions options = new UpOptions();
        options.workers = 1;
        options.slots = slots;
        options.python = python;
        Supervisor supervisor = new Supervisor(Backoff.USUAL, System::nanoTime, notice -> {
            err.println(notice);
            err.flush();
        });
        Thread ending = new Thread(supervisor::stop, "ending");
        Runtime.getRuntime().addShutdownHook(ending);
        boolean started = false;
        try {
            String _ = new Startup(options, data, Programs.here(), System.getenv(), supervisor).run();
            Credentials credentials = Credentials.read(data.resolve("credentials.env"))
                    .orElseThrow(() -> new IOException("[" + data + "] its credentials.env is gone; start again"));
            started = true;
            return new LocalPlatform(supervisor, ending, credentials);
        } finally {
            if (!started) {
                end(supervisor, ending);
            }
        }
    }

    /// Returns a client of the server.
    public Roundelay client() {
        return Roundelay.builder()
                .url(credentials.get("RESON_BASE_URL"))
                .apiKey(credentials.get("RESON_API_KEY"))
                .allowHttp(true)
                .build();
    }

    @Override
    public void close() {
        end(supervisor, ending);
    }

    private static void end(Supervisor supervisor, Thread ending) {
        supervisor.stop();
        try {
            boolean _ = Runtime.getRuntime().removeShutdownHook(ending);
        } catch (IllegalStateException _) {
            // The program ends already, and the hook has been asked to do the same.
        }
    }
}
