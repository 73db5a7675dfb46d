package dev.roundelay.worker.run;

import dev.roundelay.contract.Json;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The owner's record of what ran here: `ran.jsonl`, a line at each start and end. Thread-safe.
public final class RanLog {
    private static final Logger LOG = LoggerFactory.getLogger(RanLog.class);

    private final Path file;

    /// Appends to that file.
    public RanLog(Path file) {
        this.file = file;
    }

    /// One line.
    ///
    /// @param event        `started` or `ended`
    /// @param user         e-mail of the job's owner
    /// @param code         SHA-256 over all scripts
    /// @param requirements SHA-256 over the requirement lines
    /// @param data         paths of shards, or the dataset's name
    /// @param bytesIn      of inputs
    /// @param bytesOut     of weights and files sent; 0 at the start
    /// @param end          end state; `running` at the start
    public record Run(
            Instant time,
            String event,
            String jobId,
            String jobName,
            String site,
            int attempt,
            String user,
            String code,
            String requirements,
            List<String> data,
            long bytesIn,
            long bytesOut,
            String end) {}

    /// Appends a line durably.
    synchronized void append(Run run) {
        // Not a channel: an interruption that ends an attempt must not keep its end from being recorded.
        try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
            byte[] json = Json.lenient().writeValueAsBytes(run);
            out.write(ByteBuffer.allocate(json.length + 1)
                    .put(json)
                    .put((byte) '\n')
                    .array());
            out.getFD().sync();
        } catch (IOException e) {
            LOG.error("{} cannot be written", file, e);
        }
    }
}
