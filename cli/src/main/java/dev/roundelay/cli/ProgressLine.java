package dev.roundelay.cli;

import dev.roundelay.sdk.Progress;
import java.io.PrintWriter;
import java.util.function.LongSupplier;

/// One line on the terminal that tells how far an upload or download is; silent without a terminal.
final class ProgressLine implements Progress, AutoCloseable {
    private static final long REDRAW_NANOS = 100_000_000;

    private final PrintWriter err;
    private final boolean shown;
    private final LongSupplier nanos;
    private String name = "";
    private long drawnAt;
    private boolean drawn;

    ProgressLine(PrintWriter err, boolean shown, LongSupplier nanos) {
        this.err = err;
        this.shown = shown;
        this.nanos = nanos;
    }

    static ProgressLine of(ClientOptions client) {
        boolean terminal = System.console() != null && System.console().isTerminal();
        return new ProgressLine(client.err(), terminal && !client.json, System::nanoTime);
    }

    @Override
    public synchronized void advanced(String object, long doneBytes, long totalBytes) {
        if (!shown) {
            return;
        }
        if (!object.equals(name)) {
            close();
            name = object;
        }
        if (drawn && doneBytes < totalBytes && nanos.getAsLong() - drawnAt < REDRAW_NANOS) {
            return;
        }
        drawn = true;
        drawnAt = nanos.getAsLong();
        long percent = totalBytes == 0 ? 100 : 100 * doneBytes / totalBytes;
        err.printf("\r%-50s %3d %%  %s   ", object, percent, Texts.bytes(doneBytes));
        err.flush();
    }

    @Override
    public synchronized void close() {
        if (drawn) {
            err.println();
            err.flush();
        }
        drawn = false;
    }
}
