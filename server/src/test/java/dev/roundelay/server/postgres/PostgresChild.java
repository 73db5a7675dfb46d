package dev.roundelay.server.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;

/// A process that runs a PostgreSQL until it is killed.
final class PostgresChild {
    private PostgresChild() {}

    /// @param arguments folder of the database, folder of the programs' copies
    public static void main(String[] arguments) throws IOException {
        EmbeddedPostgres postgres =
                new EmbeddedPostgres(Path.of(arguments[0]), Path.of(arguments[1]), new SecureRandom());
        postgres.start();
        System.out.println(postgres.pid());
        System.in.read();
    }
}
