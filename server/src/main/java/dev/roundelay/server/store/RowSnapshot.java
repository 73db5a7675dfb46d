package dev.roundelay.server.store;

import dev.roundelay.storage.BlobFacts;
import dev.roundelay.storage.BlobId;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// Reads the database as it was at one moment: all rows, and the blobs that they name.
public final class RowSnapshot {
    private static final int FETCH = 10_000;

    private static final String BLOBS = """
            select id, size_bytes, crc32c, exists (select from blob_part p where p.blob = b.id) as composite
            from blob b order by id
            """;

    private RowSnapshot() {}

    /// Where blobs go, in order of their ids.
    @FunctionalInterface
    public interface Blobs {
        void accept(BlobFacts blob) throws IOException;
    }

    /// What there was at the moment.
    ///
    /// @param schemaVersion version of the tables
    /// @param objects       number of objects in buckets
    public record Moment(String schemaVersion, long objects) {}

    /// Writes all rows to a new file that nobody but its owner can read, and passes on the blobs.
    ///
    /// @param hold keeps the blobs until it is closed
    public static Moment write(SweepHold hold, Path rows, Blobs blobs) throws SQLException, IOException {
        return SchemaBackup.atOneMoment(hold.connection(), statement -> {
            Moment moment = moment(statement);
            SchemaBackup.writeRows(hold.connection(), statement, moment.schemaVersion(), rows);
            blobs(statement, blobs);
            return moment;
        });
    }

    /// Passes on the blobs and tells what is wrong with the rows, one line for each fault.
    ///
    /// @param hold keeps the blobs until it is closed
    public static Moment check(SweepHold hold, List<String> faults, Blobs blobs) throws SQLException, IOException {
        return SchemaBackup.atOneMoment(hold.connection(), statement -> {
            Moment moment = moment(statement);
            faults.addAll(RowCheck.faults(statement));
            blobs(statement, blobs);
            return moment;
        });
    }

    private static Moment moment(Statement statement) throws SQLException, IOException {
        try (ResultSet rows = statement.executeQuery("select to_regclass('blob') is not null")) {
            if (!rows.next() || !rows.getBoolean(1)) {
                throw new IOException("[database] it has no tables of Roundelay; start a server on it once");
            }
        }
        try (ResultSet rows = statement.executeQuery("""
                select (select version from flyway_schema_history where success and version is not null
                        order by installed_rank desc limit 1), (select count(*) from bucket_object)
                """)) {
            rows.next();
            return new Moment(rows.getString(1), rows.getLong(2));
        }
    }

    private static void blobs(Statement statement, Blobs blobs) throws SQLException, IOException {
        // In portions: there may be millions.
        statement.setFetchSize(FETCH);
        try (ResultSet rows = statement.executeQuery(BLOBS)) {
            while (rows.next()) {
                blobs.accept(new BlobFacts(
                        new BlobId(rows.getString(1)), rows.getLong(2), rows.getLong(3), rows.getBoolean(4)));
            }
        } finally {
            statement.setFetchSize(0);
        }
    }

    /// Returns what rows name a blob, a few of them, for people.
    public static List<String> namers(SweepHold hold, BlobId blob) throws SQLException {
        return RowCheck.namers(hold.connection(), blob.value());
    }

    /// Returns the parts of a composite as the rows have them; none if it has been deleted meanwhile.
    public static List<BlobId> parts(SweepHold hold, BlobId composite) throws SQLException {
        return ids(hold.connection(), "select part from blob_part where blob = ? order by position", composite.value());
    }

    /// Returns those of some blobs that no row names, neither as a blob nor as garbage.
    public static List<BlobId> unknown(SweepHold hold, List<BlobId> blobs) throws SQLException {
        return ids(
                hold.connection(),
                """
                select id from unnest(string_to_array(?, ' ')) as ids (id)
                where not exists (select from blob b where b.id = ids.id)
                  and not exists (select from garbage g where g.blob = ids.id)
                """,
                String.join(" ", blobs.stream().map(BlobId::value).toList()));
    }

    private static List<BlobId> ids(Connection connection, String query, String parameter) throws SQLException {
        List<BlobId> found = new ArrayList<>();
        try (var statement = connection.prepareStatement(query)) {
            statement.setString(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(new BlobId(rows.getString(1)));
                }
            }
        }
        return found;
    }

    /// Returns how many blobs wait for the sweep.
    public static long garbage(SweepHold hold) throws SQLException {
        try (Statement statement = hold.connection().createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from garbage")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
