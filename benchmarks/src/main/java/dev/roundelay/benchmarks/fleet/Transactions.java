package dev.roundelay.benchmarks.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// Counts the transactions of a server's own PostgreSQL, whose port and password lie in the server's data folder.
final class Transactions {
    private static final String ROLE = "roundelay";

    private Transactions() {}

    /// Returns how many have committed since the database was made; the statistics are a second old at most.
    static long committed(Path dataDir) throws IOException, SQLException {
        Path folder = dataDir.resolve("postgres");
        String port = Files.readString(folder.resolve("port")).strip();
        String password = Files.readString(folder.resolve(ROLE + ".password")).strip();
        String url = "jdbc:postgresql://127.0.0.1:%s/%s".formatted(port, ROLE);
        try (Connection connection = DriverManager.getConnection(url, ROLE, password);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select xact_commit from pg_stat_database where datname = current_database()")) {
            row.next();
            return row.getLong(1);
        }
    }
}
