package dev.roundelay.server.store;

import dev.roundelay.server.postgres.EmbeddedPostgres;
import dev.roundelay.server.postgres.PostgresAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A PostgreSQL for all tests of this JVM, started at first use and stopped at its end.
enum TestPostgres {
    /// What comes with the product.
    BUNDLED("target/test-postgres", () -> null),
    /// The oldest release that is promised to work, as Debian packages it.
    OLDEST("target/test-postgres-oldest", TestPostgres::oldestPrograms);

    private static final String TEMPLATE = "roundelay_template";

    private final Path folder;
    private final Supplier<@Nullable Path> programs;
    private @Nullable PostgresAddress role;
    private @Nullable PostgresAddress superuser;

    TestPostgres(String folder, Supplier<@Nullable Path> programs) {
        this.folder = Path.of(folder);
        this.programs = programs;
    }

    private static Path oldestPrograms() {
        String folder = System.getenv().getOrDefault("ROUNDELAY_TEST_PG_BIN", "/usr/lib/postgresql/15/bin");
        Path programs = Path.of(folder);
        if (!Files.isExecutable(programs.resolve("postgres"))) {
            throw new IllegalStateException(
                    "[test] no PostgreSQL 15 in %s; run make setup, or set ROUNDELAY_TEST_PG_BIN".formatted(folder));
        }
        return programs;
    }

    /// Makes a database with all migrations done and nothing else in it.
    synchronized PostgresAddress createDatabase() {
        PostgresAddress account = role();
        String name =
                "test_" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        execute("create database %s template %s owner %s".formatted(name, TEMPLATE, account.user()));
        return new PostgresAddress(
                account.url().replaceFirst("/[^/]*$", "/" + name), account.user(), account.password());
    }

    void dropDatabase(PostgresAddress address) {
        execute("drop database if exists %s with (force)"
                .formatted(address.url().replaceFirst("^.*/", "")));
    }

    private PostgresAddress role() {
        if (role == null) {
            start();
        }
        return Objects.requireNonNull(role);
    }

    private void start() {
        Path own = programs.get();
        EmbeddedPostgres postgres = own == null
                ? new EmbeddedPostgres(folder, folder, new SecureRandom())
                : EmbeddedPostgres.withPrograms(folder, own, new SecureRandom());
        try {
            PostgresAddress account = postgres.start();
            Runtime.getRuntime().addShutdownHook(new Thread(postgres::close));
            superuser = postgres.superuser();
            dropLeftovers();
            execute("create database %s owner %s".formatted(TEMPLATE, account.user()));
            PostgresAddress template = new PostgresAddress(
                    account.url().replaceFirst("/[^/]*$", "/" + TEMPLATE), account.user(), account.password());
            try (Database database = Database.open(template, "template", 2)) {
                database.migrate();
            }
            role = account;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void dropLeftovers() {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "select datname from pg_database where datname like 'test\\_%' or datname = '" + TEMPLATE
                                + "'")) {
            while (rows.next()) {
                execute("drop database %s with (force)".formatted(rows.getString(1)));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private Connection connect() throws SQLException {
        PostgresAddress account = Objects.requireNonNull(superuser);
        return DriverManager.getConnection(account.url(), account.user(), account.password());
    }
}
