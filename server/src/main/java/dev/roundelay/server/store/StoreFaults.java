package dev.roundelay.server.store;

import dev.roundelay.kernel.StoreUnavailableException;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.Supplier;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.JdbiException;

/// Tells a database that does not answer from a statement that is wrong.
public final class StoreFaults {
    /// Classes of SQLSTATE: connection, resources, operator intervention, system error, internal error, rolled back by
    /// the database (a deadlock), object in use.
    private static final Set<String> AWAY = Set.of("08", "53", "57", "58", "XX", "40", "55", "25");

    private StoreFaults() {}

    /// Runs it.
    ///
    /// @throws StoreUnavailableException if the database did not answer; whether a write was committed is unknown
    static <T> T translated(Supplier<T> action) {
        try {
            return action.get();
        } catch (ConnectionException e) {
            throw new StoreUnavailableException("no connection to the database", e);
        } catch (JdbiException e) {
            if (isAway(e)) {
                throw new StoreUnavailableException("the database did not answer", e);
            }
            throw e;
        }
    }

    /// Returns whether it means that the database does not answer, rather than that a statement is wrong.
    public static boolean isAway(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                String state = sql.getSQLState();
                return state == null || state.length() < 2 || AWAY.contains(state.substring(0, 2));
            }
        }
        return false;
    }
}
