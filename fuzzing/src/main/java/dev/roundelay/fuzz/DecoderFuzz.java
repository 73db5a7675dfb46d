package dev.roundelay.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// One decoder that reads bytes of strangers. As a test it replays samples and kept inputs; [FuzzDriver] hands it to a
/// fuzzer. Used by one thread at a time; a subclass has a constructor without parameters.
public abstract class DecoderFuzz {
    private static final Path KEPT = Path.of("src", "test", "resources", "fuzz");

    /// What became of an input. Everything else is thrown, and is a finding.
    public enum Outcome {
        /// It was understood, and holds what the decoder promises.
        READ,
        /// It was refused in the decoder's own words.
        REFUSED
    }

    /// Returns valid inputs, made by the product's own code or by what users make them with.
    protected abstract List<byte[]> samples() throws Exception;

    /// Decodes an input.
    ///
    /// @throws AssertionError if what was read does not hold what the decoder promises
    /// @throws Exception      any other than the decoder's own refusal: a finding
    protected abstract Outcome decode(byte[] input) throws Exception;

    @Test
    void the_product_s_own_samples_are_read() throws Exception {
        List<byte[]> samples = samples();
        assertThat(samples).isNotEmpty();
        for (int i = 0; i < samples.size(); i++) {
            assertThat(decode(samples.get(i))).as("sample %d", i).isEqualTo(Outcome.READ);
        }
    }

    @Test
    void kept_inputs_are_read_or_refused() throws Exception {
        for (Path kept : kept()) {
            try {
                decode(Files.readAllBytes(kept));
            } catch (Exception | AssertionError e) {
                throw new AssertionError("[" + kept + "] is a finding again", e);
            }
        }
    }

    @Test
    void what_is_cut_off_is_read_or_refused() throws Exception {
        for (byte[] sample : samples()) {
            int step = Math.max(1, sample.length / 16);
            for (int length = 0; length < sample.length; length += step) {
                decode(java.util.Arrays.copyOf(sample, length));
            }
        }
    }

    private List<Path> kept() throws IOException {
        Path folder = KEPT.resolve(getClass().getSimpleName());
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
