package dev.roundelay.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.roundelay.server.postgres.PostgresAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ConfigCheckTest {
    @TempDir
    Path folder;

    @Test
    void defaults_are_loopback_and_the_known_ports() throws ConfigException {
        ServerConfig config = config(Map.of());

        assertThat(config.isLoopback()).isTrue();
        assertThat(config.apiUrl(config.port())).isEqualTo("http://127.0.0.1:8000");
        assertThat(config.s3Url(config.s3Port())).isEqualTo("http://127.0.0.1:3900");
        assertThat(config.database()).isEmpty();
    }

    @Test
    void the_environment_mirrors_options_and_options_win() throws ConfigException {
        ServerConfig config = config(
                Map.of("ROUNDELAY_PORT", "9000", "ROUNDELAY_S3_PORT", "9001", "ROUNDELAY_BEHIND_TLS_PROXY", "true"),
                "--port",
                "0",
                "--listen",
                "0.0.0.0");

        assertThat(config.port()).isZero();
        assertThat(config.s3Port()).isEqualTo(9001);
        assertThat(config.behindTlsProxy()).isTrue();
    }

    @Test
    void a_server_that_makes_its_certificates_may_be_reached_by_https_alone() throws ConfigException {
        ServerConfig config = config(Map.of(), "--listen=0.0.0.0", "--tls-auto", "--public-url=https://fl.example.org");

        assertThat(config.speaksTls()).isTrue();
        assertThat(config.s3Url(3900)).startsWith("https://");
        ConfigException e = catchThrowableOfType(
                ConfigException.class,
                () -> config(Map.of(), "--tls-auto", "--behind-tls-proxy", "--public-url=http://fl.example.org"));
        assertThat(e.problems())
                .hasSize(2)
                .anySatisfy(line -> assertThat(line).startsWith("--tls-auto").contains("exclude each other"))
                .anySatisfy(line -> assertThat(line).startsWith("--public-url").contains("write https"));
    }

    @Test
    void all_problems_are_told_at_once_with_the_options_names() {
        ConfigException e = catchThrowableOfType(
                ConfigException.class,
                () -> config(
                        Map.of(),
                        "--port=http",
                        "--s3-port=70000",
                        "--listen=0.0.0.0",
                        "--public-url=example",
                        "--database-url=mysql://db/x",
                        "--metrics-token-file=" + folder.resolve("absent")));

        assertThat(e.problems())
                .hasSize(6)
                .anySatisfy(line -> assertThat(line).startsWith("--port (ROUNDELAY_PORT)"))
                .anySatisfy(line -> assertThat(line).startsWith("--s3-port"))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("--listen")
                        .contains("add --tls-auto, or --tls-cert FILE --tls-key FILE"))
                .anySatisfy(line -> assertThat(line).startsWith("--public-url"))
                .anySatisfy(line -> assertThat(line).startsWith("--database-url"))
                .anySatisfy(line -> assertThat(line).startsWith("--metrics-token-file"));
    }

    @Test
    void a_database_url_may_stand_in_a_file_and_its_password_is_never_shown() throws Exception {
        Path file = folder.resolve("url");
        Files.writeString(file, "postgresql://me:s%40fe+x@db.example/jobs?sslmode=require\n");

        PostgresAddress address =
                config(Map.of(), "--database-url-file=" + file).database().orElseThrow();

        assertThat(address.url()).isEqualTo("jdbc:postgresql://db.example:5432/jobs?sslmode=require");
        assertThat(address.user()).isEqualTo("me");
        assertThat(address.password()).isEqualTo("s@fe+x");
        assertThat(address.toString()).doesNotContain("s@fe");
        assertThatThrownBy(() -> config(Map.of(), "--database-url=postgresql://me:se cret@db/x"))
                .isInstanceOf(ConfigException.class)
                .message()
                .doesNotContain("cret");
    }

    @Test
    void the_public_address_is_what_was_told() throws ConfigException {
        ServerConfig config = config(Map.of(), "--public-url=https://train.example/", "--port=0");

        assertThat(config.publicUrl()).contains(URI.create("https://train.example"));
        assertThat(config.apiUrl(1)).isEqualTo("https://train.example");
    }

    @Test
    void ports_that_were_picked_are_kept() throws IOException, ConfigException {
        ServerConfig config = config(Map.of(), "--data-dir=" + folder, "--port=0", "--s3-port=0");

        Ports first = Ports.choose(config);

        assertThat(first.api()).isPositive().isNotEqualTo(first.s3());
        assertThat(Ports.choose(config)).isEqualTo(first);
    }

    @Test
    void every_port_that_another_program_has_is_named() throws IOException, ConfigException {
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket two = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ServerConfig config = config(
                    Map.of(),
                    "--data-dir=" + folder,
                    "--port=" + one.getLocalPort(),
                    "--s3-port=" + two.getLocalPort());

            assertThatThrownBy(() -> Ports.choose(config))
                    .isInstanceOfSatisfying(
                            ConfigException.class,
                            refusal -> assertThat(refusal.problems())
                                    .satisfiesExactly(
                                            first -> assertThat(first).startsWith("[--port]"),
                                            second -> assertThat(second).startsWith("[--s3-port]")));
        }
    }

    private static ServerConfig config(Map<String, String> environment, String... arguments) throws ConfigException {
        ServerOptions options = new ServerOptions();
        CommandLine line = new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(new Command(options)));
        line.setDefaultValueProvider(ServerOptions.environmentDefaults(environment));
        line.parseArgs(arguments);
        return ConfigCheck.check(options);
    }

    @CommandLine.Command
    private static final class Command {
        @CommandLine.Mixin
        private final ServerOptions options;

        Command(ServerOptions options) {
            this.options = options;
        }
    }
}
