package dev.roundelay.server.admin;

import dev.roundelay.server.config.ConfigCheck;
import dev.roundelay.server.config.ConfigException;
import dev.roundelay.server.config.ServerConfig;
import dev.roundelay.server.config.ServerOptions;
import dev.roundelay.server.postgres.EmbeddedPostgres;
import dev.roundelay.server.postgres.PostgresAddress;
import dev.roundelay.server.store.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/// The database of a server, for an operator's command: the one that is named, the one that runs on the data folder, or
/// one that is started for as long as the command takes.
final class ServerDatabase {
    private static final int CONNECTIONS = 2;

    private ServerDatabase() {}

    /// What a command does.
    @FunctionalInterface
    interface Work {
        /// Returns the exit code.
        int on(Database database, Path dataDir) throws IOException;
    }

    /// What a command does with its checked options.
    @FunctionalInterface
    interface Configured {
        /// Returns the exit code.
        int with(ServerConfig config) throws IOException;
    }

    /// Does something with the server's database.
    ///
    /// @param shared whether a running server is no hindrance
    static int with(ServerOptions options, boolean shared, Work work) {
        return configured(options, config -> with(config, shared, work));
    }

    /// Checks options, and tells what is wrong with them or what failed.
    static int configured(ServerOptions options, Configured work) {
        try {
            return work.with(ConfigCheck.check(options));
        } catch (ConfigException e) {
            e.problems().forEach(System.err::println);
            return ExitCodes.WRONG_OPTIONS;
        } catch (IOException | RuntimeException e) {
            System.err.println(e.getMessage());
            return ExitCodes.FAILED;
        }
    }

    /// Does something with the database of a configuration.
    static int with(ServerConfig config, boolean shared, Work work) throws IOException {
        Path folder = config.dataDir().resolve("postgres");
        Optional<PostgresAddress> address = config.database();
        if (address.isEmpty() && shared) {
            address = EmbeddedPostgres.running(folder);
        }
        if (address.isPresent()) {
            return on(address.get(), config.dataDir(), work);
        }
        return started(folder, config, work);
    }

    /// Does something with a PostgreSQL that is started on a folder, and stopped at the end.
    static int started(Path folder, ServerConfig config, Work work) throws IOException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.on(folder, config.postgresPrograms(), new SecureRandom())) {
            return on(postgres.start(), config.dataDir(), work);
        }
    }

    private static int on(PostgresAddress address, Path dataDir, Work work) throws IOException {
        try (Database database = Database.open(address, "roundelay-admin", CONNECTIONS)) {
            return work.on(database, dataDir);
        }
    }
}
