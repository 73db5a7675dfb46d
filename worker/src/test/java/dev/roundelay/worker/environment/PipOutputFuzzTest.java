package dev.roundelay.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.fuzz.DecoderFuzz;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/// What pip prints, in which an index or a package can say what it likes: it always comes to a failure in our words.
class PipOutputFuzzTest extends DecoderFuzz {
    @Override
    protected List<byte[]> samples() {
        return Stream.of(
                        "ERROR: Could not find a version that satisfies the requirement a==9 (from versions: 1.0, 1.1, 2.0)\n"
                                + "ERROR: No matching distribution found for a==9\n",
                        "WARNING: Retrying after connection broken by 'NewConnectionError: Failed to establish'\n",
                        "OSError: [Errno 28] No space left on device\n",
                        "  x No solution found when resolving dependencies:\n  Because there are no versions of b[x]>=3\n")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    protected Outcome decode(byte[] input) {
        PipOutput output = new PipOutput();
        new String(input, StandardCharsets.UTF_8).lines().forEach(output::accept);
        EnvironmentException failure = output.failure(input.length % 2 == 0, input.length % 3 == 0);
        assertThat(failure.getMessage()).startsWith("[").contains("; ").doesNotContain("\n");
        return Outcome.READ;
    }
}
