package dev.roundelay.server.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;

/// Keeps every server of a database from deleting blobs, so that who has read the rows of one moment finds the bytes
/// that they name for as long as it takes.
///
/// It is an advisory lock, shared, on a connection of its own: it ends with its process, whatever that died of. For one
/// thread.
public final class SweepHold implements AutoCloseable {
    /// Names the lock among all of a database: "rdlsweep" in ASCII.
    private static final long LOCK = 0x7264_6c73_7765_6570L;

    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private final Connection connection;

    private SweepHold(Connection connection) {
        this.connection = connection;
    }

    /// Takes one. What a server deletes after this returns was deleted in the index before.
    public static SweepHold take(Database database) throws SQLException {
        Connection connection = database.connect(PATIENCE);
        try (PreparedStatement statement = connection.prepareStatement("select pg_advisory_lock_shared(?)")) {
            statement.setLong(1, LOCK);
            statement.execute();
            return new SweepHold(connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /// Tells whether anybody has one.
    public static boolean isHeld(Jdbi jdbi) {
        // The lock is given back with the statement's own transaction: that it could be had says all.
        return jdbi.withHandle(handle -> handle.createQuery("select not pg_try_advisory_xact_lock(?)")
                .bind(0, LOCK)
                .mapTo(Boolean.class)
                .one());
    }

    /// Returns its connection, for reading while it is held.
    Connection connection() {
        return connection;
    }

    /// Asks the database, which also keeps the connection from looking idle; false if the hold has been lost.
    public boolean isIntact() {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select 1");
            return true;
        } catch (SQLException _) {
            return false;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
