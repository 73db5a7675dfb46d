package dev.roundelay.worker.environment;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The lines that an installer prints, read to the end so that it never stands still, but passed on within bounds. For
/// one thread.
final class BuildLog implements AutoCloseable {
    static final int LONGEST_LINE = 16 * 1024;
    static final long MOST_BYTES = 10_000_000;

    private final InputStream in;
    private long bytes;
    private boolean cut;

    BuildLog(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /// Returns the next line without what is beyond the longest one, or null at the end. Behind the most bytes comes
    /// one
    /// line that says so, and no more.
    @Nullable
    String next() throws IOException {
        while (true) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int value = in.read();
            if (value < 0) {
                return null;
            }
            for (; value >= 0 && value != '\n'; value = in.read()) {
                if (line.size() < LONGEST_LINE) {
                    line.write(value);
                }
            }
            bytes += 16 + line.size();
            if (bytes <= MOST_BYTES) {
                return line.toString(StandardCharsets.UTF_8);
            }
            if (!cut) {
                cut = true;
                return "[environment] the build printed more than " + MOST_BYTES / 1_000_000
                        + " MB, and further lines are left out; require a package that prints less";
            }
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
