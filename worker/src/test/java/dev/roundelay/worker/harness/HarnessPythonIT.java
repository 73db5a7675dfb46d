package dev.roundelay.worker.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the harness's own Python tests with both interpreters.
@Timeout(120)
class HarnessPythonIT {
    static Stream<Path> pythons() {
        return Stream.of(Pythons.current(), Pythons.distribution());
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void the_python_tests_pass(Path python) throws Exception {
        Path tests = Path.of("../harness/src/test/python/test_harness.py")
                .toAbsolutePath()
                .normalize();
        Process process = new ProcessBuilder(python.toString(), "-B", tests.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
    }
}
