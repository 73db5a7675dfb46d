package dev.roundelay.worker.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.regex.Pattern;

/// Cuts the bytes that a harness prints into lines with levels.
///
/// - a line is cut at 16 KiB and says how much is missing; it never costs more memory than that
/// - text that ends with a lone carriage return is a progress bar: at most one such line a second is passed on
/// - 0x1E begins a record of the harness itself (see the package comment)
///
/// For one thread.
final class LogSplitter {
    static final int MAX_LINE_BYTES = 16 * 1024;
    private static final Duration PROGRESS_PERIOD = Duration.ofSeconds(1);
    private static final Pattern WARNING =
            Pattern.compile("^(WARNING:|.{1,300}?:\\d+: \\w*Warning: ).*", Pattern.DOTALL);
    private static final Pattern ERROR = Pattern.compile("^(ERROR|CRITICAL):.*", Pattern.DOTALL);
    private static final byte RECORD = 0x1E;

    private final Sink sink;
    private final InstantSource clock;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long cutBytes;
    private boolean inRecord;
    private boolean afterReturn;
    private boolean inTraceback;
    private Instant nextProgress = Instant.MIN;

    LogSplitter(Sink sink, InstantSource clock) {
        this.sink = sink;
        this.clock = clock;
    }

    /// Where lines and records go.
    interface Sink {
        /// A printed line.
        void line(Instant time, String level, String text);

        /// A record of the harness, without its first byte; not yet checked.
        void record(Instant time, String text);
    }

    /// Reads a pipe to its end.
    void readAll(InputStream in) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            accept(buffer, n);
        }
        endOfPipe();
    }

    /// Takes the next bytes.
    void accept(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            accept(bytes[i]);
        }
    }

    /// Passes on what is left without a line break.
    void endOfPipe() {
        if (line.size() > 0) {
            end();
        }
    }

    private void accept(byte value) {
        if (afterReturn && value != '\n') {
            afterReturn = false;
            endProgress();
        }
        switch (value) {
            case '\n' -> {
                afterReturn = false;
                end();
            }
            case '\r' -> afterReturn = true;
            case RECORD -> {
                endOfPipe();
                inRecord = true;
            }
            default -> {
                // A record holds a message of at most 16 KiB in JSON, where a byte may take six.
                if (line.size() < (inRecord ? 8 * MAX_LINE_BYTES : MAX_LINE_BYTES)) {
                    line.write(value);
                } else {
                    cutBytes++;
                }
            }
        }
    }

    private void end() {
        String text = take();
        Instant now = clock.instant();
        if (inRecord) {
            inRecord = false;
            sink.record(now, text);
        } else {
            sink.line(now, level(text), text);
        }
    }

    private void endProgress() {
        String text = take();
        inRecord = false;
        Instant now = clock.instant();
        if (!text.isBlank() && !now.isBefore(nextProgress)) {
            nextProgress = now.plus(PROGRESS_PERIOD);
            sink.line(now, "info", text);
        }
    }

    private String take() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (cutBytes > 0) {
            text += " … [" + cutBytes + " bytes cut]";
            cutBytes = 0;
        }
        return text;
    }

    private String level(String text) {
        if (text.startsWith("Traceback (most recent call last):")) {
            inTraceback = true;
            return "error";
        }
        if (inTraceback) {
            inTraceback = text.isEmpty() || Character.isWhitespace(text.charAt(0));
            return "error";
        }
        if (WARNING.matcher(text).matches()) {
            return "warning";
        }
        return ERROR.matcher(text).matches() ? "error" : "info";
    }
}
