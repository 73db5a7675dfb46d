package dev.roundelay.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipOutputTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ERROR: Could not find a version that satisfies the requirement scikit-lern (from versions: none)"
                        + "|scikit-lern cannot be resolved (wheels only): nothing of that name fits this Python;",
                "ERROR: Could not find a version that satisfies the requirement numpy==1.0 (from versions: 1.9, 2.0, 2.1, 2.2, 2.3, 2.4)"
                        + "|numpy==1.0 cannot be resolved (wheels only): for this Python there is ..., 2.0, 2.1, 2.2, 2.3, 2.4;",
                "ERROR: Could not find a version that satisfies the requirement a>9 (from versions: 1.0)"
                        + "|a>9 cannot be resolved (wheels only): for this Python there is 1.0;",
                "ERROR: ResolutionImpossible: for help visit x|the requirements cannot be resolved (wheels only);"
            })
    void what_cannot_be_resolved_is_told_with_what_there_is(String line, String message) {
        PipOutput output = new PipOutput();
        output.accept(line);

        assertThat(output.failure(false, true)).hasMessageContaining(message);
    }
}
