package dev.roundelay.server.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// Sets a restored copy apart from the server that the backup was taken of, whose later life must not be mistaken for
/// the copy's: it went on to raise its epoch, to number lines and to let workers begin steps.
final class FreshLife {
    /// More take-overs than a server has in its life: one that hangs on the database of that name cannot write.
    private static final long EPOCHS = 1_000_000;

    /// More than a job says in its life: who resumes an event stream at a number of the old server misses nothing.
    private static final long NUMBERS = 1_000_000_000;

    private FreshLife() {}

    /// Begins it, within the caller's transaction.
    static void begin(Connection connection, String backup, Instant now, RandomGenerator random) throws SQLException {
        run(connection, "update server_epoch set epoch = epoch + ?, holder = ''", EPOCHS);
        run(connection, """
                update job_counter set seq = seq + ?
                where job_id in (select id from job where state in ('PENDING', 'RUNNING'))
                """, NUMBERS);
        // No agent has such an instance id: the first report of each is one of a new agent, so what it held before is
        // lost, whatever step it had come to; its shard begins anew, under a new fence, with what the backup knows.
        run(
                connection,
                "update worker set instance_id = ? where instance_id is not null",
                "restored-" + HexFormat.of().toHexDigits(random.nextLong()));
        // The loss that follows is none that a shard answers for.
        run(connection, "update assignment set strikes = 0 where state in ('offered', 'preparing', 'ready')");
        run(connection, "delete from user_session");
        // Of the old server's later life nothing is known: a token for one worker may have had its one.
        run(
                connection,
                "update worker_token set expires_at = least(expires_at, ?) where not reusable and used_at is null",
                now.atOffset(ZoneOffset.UTC));
        run(
                connection,
                "insert into audit_entry (time, actor, action, target) values (?, 'operator', 'server.restored', ?)",
                now.atOffset(ZoneOffset.UTC),
                backup);
    }

    private static void run(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
