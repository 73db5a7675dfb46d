package dev.roundelay.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against bytes that TensorBoard's own writer made of the same events (TensorBoard 2.21, `RecordWriter`).
final class EventFileTest {
    private static final String EXPECTED =
            "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110"
                    + "1b000000000000001a0d9e130900002040fc54d94110ac022a0d0a0b0a046c6f7373150000803ec5f6859b";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void a_scalar_is_written_as_tensorboard_writes_it() throws IOException {
        Path file = folder.resolve("events");
        Instant time = Instant.ofEpochSecond(1_700_000_000, 500_000_000);

        try (EventFile events = new EventFile(file, time)) {
            events.scalar("loss", 300, 0.25, time);
        }

        assertThat(HexFormat.of().formatHex(Files.readAllBytes(file))).isEqualTo(EXPECTED);
    }
}
