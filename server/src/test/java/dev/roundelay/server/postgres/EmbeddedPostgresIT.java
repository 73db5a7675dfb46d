package dev.roundelay.server.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresIT {
    private static final Path PROGRAMS = Path.of("target/test-postgres").toAbsolutePath();

    /// One for all tests: to make the data folder is the slow part.
    @TempDir
    static Path folder;

    @Test
    void a_killed_postmaster_is_started_again_with_all_that_was_committed() throws Exception {
        try (EmbeddedPostgres postgres = open()) {
            PostgresAddress address = postgres.start();
            execute(address, "create table kept (value text)");
            execute(address, "insert into kept values ('committed')");

            kill(ProcessHandle.of(postgres.pid()).orElseThrow());

            assertThat(firstValue(address, "select value from kept")).isEqualTo("committed");
        }
    }

    @Test
    void the_postmaster_of_a_killed_server_is_adopted() throws Exception {
        Process server = child();
        long pid;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            pid = Long.parseLong(Objects.requireNonNull(out.readLine()));
            kill(server.toHandle());
        }

        try (EmbeddedPostgres postgres = open()) {
            PostgresAddress address = postgres.start();

            assertThat(postgres.pid()).isEqualTo(pid);
            assertThat(firstValue(address, "select 'it answers'")).isEqualTo("it answers");
        }
        assertThat(folder.resolve("data/postmaster.pid")).doesNotExist();
    }

    @Test
    void the_number_of_a_dead_postmaster_that_another_program_has_by_now_is_no_hindrance() throws Exception {
        try (EmbeddedPostgres postgres = open()) {
            postgres.start();
        }
        Files.writeString(
                folder.resolve("data/postmaster.pid"),
                "%d\n%s\n0\n1\n\n127.0.0.1\n\nready\n"
                        .formatted(ProcessHandle.current().pid(), folder.resolve("data")));

        try (EmbeddedPostgres postgres = open()) {
            assertThat(firstValue(postgres.start(), "select 'it answers'")).isEqualTo("it answers");
        }
    }

    @Test
    void passwords_and_data_are_for_the_owner_only() throws IOException {
        try (EmbeddedPostgres postgres = open()) {
            postgres.start();

            for (String file : new String[] {"postgres.password", "roundelay.password"}) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file))))
                        .isEqualTo("rw-------");
            }
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("data"))))
                    .isEqualTo("rwx------");
        }
    }

    private EmbeddedPostgres open() {
        return new EmbeddedPostgres(folder, PROGRAMS, new SecureRandom());
    }

    private Process child() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        PostgresChild.class.getName(),
                        folder.toString(),
                        PROGRAMS.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void kill(ProcessHandle process) throws InterruptedException, ExecutionException, TimeoutException {
        process.destroyForcibly();
        process.onExit().get(10, TimeUnit.SECONDS);
    }

    private static void execute(PostgresAddress address, String sql) throws SQLException {
        try (Connection connection = connect(address);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// Asks until there is an answer, as a pool does after an outage.
    private static String firstValue(PostgresAddress address, String sql) throws SQLException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            try (Connection connection = connect(address);
                    Statement statement = connection.createStatement();
                    var rows = statement.executeQuery(sql)) {
                rows.next();
                return rows.getString(1);
            } catch (SQLException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    private static Connection connect(PostgresAddress address) throws SQLException {
        return DriverManager.getConnection(address.url(), address.user(), address.password());
    }
}
