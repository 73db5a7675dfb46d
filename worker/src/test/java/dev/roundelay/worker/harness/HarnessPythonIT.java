package dev.roundelay.worker.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the harness's own Python tests with both interpreters.
@Timeout(120)
class HarnessPythonIT {
    static Stream<Arguments> tests() {
        return Stream.of("test_harness.py", "test_gpu_probe.py")
                .flatMap(tests ->
                        Stream.of(Pythons.current(), Pythons.distribution()).map(python -> arguments(tests, python)));
    }

    @ParameterizedTest
    @MethodSource("tests")
    void the_python_tests_pass(String name, Path python) throws Exception {
        Path tests =
                Path.of("../harness/src/test/python", name).toAbsolutePath().normalize();
        Process process = new ProcessBuilder(python.toString(), "-B", tests.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
    }
}
