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
import java.util.concurrent.atomic.AtomicInteger;

/// Fresh databases on one embedded PostgreSQL that lives as long as the test JVM. Each has the whole schema and epoch
/// 1.
public final class TestDatabase {
    private record Instance(EmbeddedPostgres postgres, PostgresAddress address, Path folder) {}

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Instance INSTANCE = start();

    private TestDatabase() {}

    /// Returns a database of its own, migrated; the caller closes it.
    public static Database create() {
        try {
            String name = "test" + COUNT.incrementAndGet();
            PostgresAddress address = INSTANCE.address();
            String url = address.url().substring(0, address.url().lastIndexOf('/') + 1);
            String superuser =
                    Files.readString(INSTANCE.folder().resolve("superuser")).trim();
            try (Connection connection = DriverManager.getConnection(url + "postgres", "postgres", superuser);
                    Statement statement = connection.createStatement()) {
                statement.execute("create database " + name + " owner " + address.user());
            }
            return open(new PostgresAddress(url + name, address.user(), address.password()), name);
        } catch (SQLException e) {
            throw new IllegalStateException("the test database could not be made", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Database open(PostgresAddress address, String name) {
        Database database = Database.open(address, name, 8);
        database.migrate();
        database.jdbi().useHandle(handle -> handle.execute("update server_epoch set epoch = 1"));
        return database;
    }

    /// Returns the process id of the shared PostgreSQL.
    public static long postmasterPid() {
        return INSTANCE.postgres().pid();
    }

    private static Instance start() {
        try {
            Path parent = Files.createTempDirectory("roundelay-test-postgres");
            Path folder = parent.resolve("pg");
            EmbeddedPostgres postgres =
                    new EmbeddedPostgres(folder, Path.of("target/postgres").toAbsolutePath(), new SecureRandom());
            PostgresAddress address = postgres.start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                postgres.close();
                deleteTree(parent);
            }));
            return new Instance(postgres, address, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteTree(Path tree) {
        try (var paths = Files.walk(tree)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
