package dev.roundelay.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

final class UpOptionsTest {
    @Test
    void given_options_reach_the_server() {
        UpOptions options = parse("--port", "0", "--s3-port", "1", "--listen", "0.0.0.0", "--behind-tls-proxy");
        assertThat(options.serverArguments(Path.of("/d")))
                .containsExactly(
                        "--data-dir",
                        "/d",
                        "--port",
                        "0",
                        "--s3-port",
                        "1",
                        "--exit-with-parent",
                        "--listen",
                        "0.0.0.0",
                        "--behind-tls-proxy");
    }

    @Test
    void each_worker_has_a_name_and_folder_of_its_own() {
        UpOptions options = parse("--slots", "2", "--python", "/py");
        assertThat(options.workerArguments("local-1", "http://127.0.0.1:8000", Path.of("/d"), Path.of("/t")))
                .containsExactly(
                        "--server",
                        "http://127.0.0.1:8000",
                        "--token-file",
                        "/t",
                        "--name",
                        "local-1",
                        "--data-dir",
                        "/d/workers/local-1",
                        "--handover-dir",
                        "/d/handover",
                        "--exit-with-parent",
                        "--slots",
                        "2",
                        "--python",
                        "/py");
    }

    @Test
    void local_workers_do_not_go_around_by_the_public_url() {
        assertThat(parse("--public-url", "https://x", "--port", "8123", "--behind-tls-proxy")
                        .localUrl("https://x"))
                .isEqualTo("http://127.0.0.1:8123");
        assertThat(parse().localUrl("http://127.0.0.1:8000")).isEqualTo("http://127.0.0.1:8000");
    }

    private static UpOptions parse(String... args) {
        UpOptions options = new UpOptions();
        CommandLine line = new CommandLine(new Empty());
        line.addMixin("options", options);
        line.parseArgs(args);
        return options;
    }

    @Command
    private static final class Empty {}
}
