package dev.roundelay.server.store;

import dev.roundelay.kernel.Epoch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/// The statements by which servers take turns, over one connection of its own. For one thread; closing it gives the
/// lock up.
public final class ServerTerms implements AutoCloseable {
    /// Names our advisory lock among all of a database: "roundelay" in ASCII, shortened to 8 bytes.
    private static final long LOCK = 0x726f_756e_6465_6c61L;

    private final Connection connection;

    private ServerTerms(Connection connection) {
        this.connection = connection;
    }

    /// Connects.
    ///
    /// @param answer how long connecting and each answer may take
    public static ServerTerms open(Database database, Duration answer) throws SQLException {
        return new ServerTerms(database.connect(answer));
    }

    /// Returns whether this connection has the lock from now on.
    public boolean tryLock() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select pg_try_advisory_lock(?)")) {
            statement.setLong(1, LOCK);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    /// Who holds the present term, and how often it was renewed.
    public record Holder(String applicationName, long renewals) {}

    /// Returns the holder of the present term; empty if no server was ever active on this database.
    public Optional<Holder> findHolder() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("select to_regclass('server_renewal') is not null")) {
                if (!rows.next() || !rows.getBoolean(1)) {
                    return Optional.empty();
                }
            }
            try (ResultSet rows =
                    statement.executeQuery("select holder, count from server_epoch cross join server_renewal")) {
                return rows.next() && !rows.getString(1).isEmpty()
                        ? Optional.of(new Holder(rows.getString(1), rows.getLong(2)))
                        : Optional.empty();
            }
        }
    }

    /// Ends all sessions of another server, and returns how many there were.
    public int endSessionsOf(String applicationName) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
                where application_name = ? and datname = current_database() and pid <> pg_backend_pid()
                """)) {
            statement.setString(1, applicationName);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getInt(1) : 0;
            }
        }
    }

    /// Ends the sessions of whoever holds the advisory lock.
    public int endSessionsOfLockHolder() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select count(*) filter (where pg_terminate_backend(activity.pid))
                from pg_stat_activity activity
                where activity.datname = current_database() and activity.pid <> pg_backend_pid()
                  and activity.application_name in (
                    select holder.application_name from pg_locks held join pg_stat_activity holder on holder.pid = held.pid
                    where held.locktype = 'advisory' and held.granted
                      and held.classid = ?::bigint::oid and held.objid = ?::bigint::oid
                      and holder.datname = current_database())
                """)) {
            statement.setLong(1, LOCK >>> 32);
            statement.setLong(2, LOCK & 0xffff_ffffL);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getInt(1) : 0;
            }
        }
    }

    /// Begins a new term. From its commit on no write under an older epoch is committed.
    public Epoch raiseEpoch(String applicationName) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement raise = connection.prepareStatement(
                        "update server_epoch set epoch = epoch + 1, holder = ?, taken_at = now() returning epoch");
                Statement renew = connection.createStatement()) {
            raise.setString(1, applicationName);
            try (ResultSet rows = raise.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("the table server_epoch has no row");
                }
                Epoch epoch = new Epoch(rows.getLong(1));
                renew.executeUpdate("update server_renewal set count = count + 1, renewed_at = now()");
                connection.commit();
                return epoch;
            }
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /// Renews the term; returns false if it is another server's by now.
    public boolean renew(Epoch epoch) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                update server_renewal set count = count + 1, renewed_at = now()
                where exists (select 1 from server_epoch where epoch = ?)
                """)) {
            statement.setLong(1, epoch.value());
            return statement.executeUpdate() == 1;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
