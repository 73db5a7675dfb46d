package dev.roundelay.worker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.worker.sandbox.Isolation;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class WorkerOptionsTest {
    @TempDir
    Path folder;

    @Command
    private static final class Program {
        @Mixin
        private WorkerOptions options = new WorkerOptions();
    }

    @Test
    void the_defaults_are_one_server_away_from_a_worker() throws Exception {
        WorkerConfig config = resolve(Map.of(), "--server", "http://localhost:8000/");

        assertThat(config.servers()).containsExactly(URI.create("http://localhost:8000"));
        assertThat(config.name()).isEqualTo("host");
        assertThat(config.slots()).isZero();
        assertThat(config.isolation()).isEqualTo(Isolation.BUBBLEWRAP);
        assertThat(config.disconnectLimit()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.limits()).isEqualTo(new WorkerConfig.Limits(512, 10_000, 2_000, 100, 4_096));
        assertThat(config.diskReserve()).isEqualTo(new WorkerConfig.DiskReserve(1_024));
        assertThat(config.dataDir()).isEqualTo(folder.resolve(".local/share/roundelay-worker"));
        assertThat(config.python()).hasFileName("python3");
    }

    @Test
    void every_option_may_be_a_variable_and_the_option_wins() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "rwt_x\n");

        WorkerConfig config = resolve(
                Map.of(
                        "ROUNDELAY_SERVER", "http://a:1,https://b:2",
                        "ROUNDELAY_TOKEN_FILE", token.toString(),
                        "ROUNDELAY_NAME", "from-environment",
                        "ROUNDELAY_OFFLINE", "true",
                        "ROUNDELAY_LABELS", "room=lab,rack=7"),
                "--name",
                "from-option");

        assertThat(config.servers()).containsExactly(URI.create("http://a:1"), URI.create("https://b:2"));
        assertThat(config.token()).isEqualTo("rwt_x");
        assertThat(config.name()).isEqualTo("from-option");
        assertThat(config.index().offline()).isTrue();
        assertThat(config.labels()).containsExactlyInAnyOrderEntriesOf(Map.of("room", "lab", "rack", "7"));
    }

    @Test
    void all_problems_are_reported_at_once_with_the_option_at_fault() {
        assertThatThrownBy(() -> resolve(
                        Map.of(),
                        "--server=ftp://x",
                        "--slots=many",
                        "--python=/nowhere/python",
                        "--dataset=mri",
                        "--isolation=hope",
                        "--disconnect-limit=0",
                        "--cacert=/nowhere.pem",
                        "--token=a",
                        "--token-file=b"))
                .isInstanceOf(ConfigException.class)
                .extracting(Throwable::getMessage)
                .asString()
                .contains(
                        "[--server] 'ftp://x'",
                        "[--slots] 'many' must be a whole number from 0 to 1024",
                        "[--python] /nowhere/python",
                        "[--dataset] 'mri' must have the form NAME=VALUE",
                        "[--isolation] 'hope'",
                        "[--disconnect-limit] '0'",
                        "[--cacert] /nowhere.pem",
                        "[--token] and --token-file");
    }

    @Test
    void the_authority_rides_behind_the_tokens_dot() throws ConfigException {
        String fingerprint = "0123456789abcdef".repeat(4);

        WorkerConfig pinned = resolve(Map.of(), "--server=https://a", "--token=rwt_x." + fingerprint);
        assertThat(pinned.token()).isEqualTo("rwt_x");
        assertThat(pinned.authority()).isEqualTo(fingerprint);
        WorkerConfig given =
                resolve(Map.of(), "--server=https://a", "--token=rwt_x", "--ca-sha256=" + "AB:".repeat(31) + "AB");
        assertThat(given.authority()).isEqualTo("ab".repeat(32));
        assertThat(resolve(Map.of(), "--server=http://a", "--token=rwt_x").authority())
                .isNull();
        assertThatThrownBy(() -> resolve(Map.of(), "--server=https://a", "--token=rwt_x." + fingerprint.substring(1)))
                .hasMessageContaining("[--token] what follows its dot is no fingerprint");
        assertThatThrownBy(() -> resolve(Map.of(), "--server=http://a", "--token=rwt_x." + fingerprint))
                .hasMessageContaining("[--server] the join token is of a server that speaks TLS");
        assertThatThrownBy(() -> resolve(
                        Map.of(),
                        "--server=https://a",
                        "--token=rwt_x." + fingerprint,
                        "--ca-sha256=" + "ab".repeat(32)))
                .hasMessageContaining("[--ca-sha256] names another authority");
    }

    @Test
    void a_server_is_needed() {
        assertThatThrownBy(() -> resolve(Map.of())).hasMessageContaining("[--server] is missing");
    }

    private WorkerConfig resolve(Map<String, String> environment, String... args) throws ConfigException {
        Program program = new Program();
        new CommandLine(program)
                .setDefaultValueProvider(new EnvironmentDefaults(environment))
                .parseArgs(args);
        return program.options.resolve("host", folder, Map.of("PATH", "/nowhere:/usr/bin"));
    }
}
