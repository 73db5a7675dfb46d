package dev.roundelay.server.store;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/// All rows of the database in one zip: a CSV for each table, and the version of the schema that they fit. It holds
/// secrets' hashes, so only its owner may read it. Bytes of files are not in it: they never change.
public final class SchemaBackup {
    /// Member that holds the version.
    private static final String VERSION = "schema-version.txt";

    private static final String HISTORY = "flyway_schema_history";

    private SchemaBackup() {}

    /// Writes a backup; the file is there under its name only when it is whole.
    ///
    /// @param connection one without a transaction of its own; what it sees is one moment
    /// @param version    of the schema
    static void write(Connection connection, String version, Path file) throws SQLException, IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(part);
        Files.createFile(part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Void _ = atOneMoment(connection, statement -> {
                writeRows(connection, statement, version, part);
                return null;
            });
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            // What broke off, on a full disk above all, must not keep what room there is.
            Files.deleteIfExists(part);
        }
    }

    /// What reads the database as it is at one moment.
    @FunctionalInterface
    interface Reading<T extends @Nullable Object> {
        T from(Statement statement) throws SQLException, IOException;
    }

    /// Reads in one transaction, all of whose statements see the moment of the first.
    ///
    /// @param connection one without a transaction of its own
    static <T extends @Nullable Object> T atOneMoment(Connection connection, Reading<T> reading)
            throws SQLException, IOException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set transaction isolation level repeatable read read only");
            return reading.from(statement);
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /// Writes all rows that a transaction sees; they are on the disk when it returns.
    ///
    /// @param file made anew, or there and empty
    static void writeRows(Connection connection, Statement statement, String version, Path file)
            throws SQLException, IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                ZipOutputStream zip =
                        new ZipOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16))) {
            zip.putNextEntry(new ZipEntry(VERSION));
            zip.write(version.getBytes(StandardCharsets.US_ASCII));
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            for (String table : tables(statement)) {
                zip.putNextEntry(new ZipEntry(table + ".csv"));
                copy.copyOut("copy %s to stdout (format csv, header)".formatted(table), new Unclosed(zip));
            }
            zip.closeEntry();
            zip.finish();
            zip.flush();
            channel.force(true);
        }
    }

    /// Returns the version of the schema that a backup fits.
    ///
    /// @throws IOException if the file is no backup
    public static String version(Path file) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
            ZipEntry first = zip.getNextEntry();
            if (first == null || !first.getName().equals(VERSION)) {
                throw new IOException("[" + file + "] is no backup of a Roundelay database; give a file of backups/");
            }
            return new String(zip.readNBytes(100), StandardCharsets.US_ASCII).strip();
        }
    }

    /// Replaces every row of the database by those of a backup, in one transaction. The schema must have the version
    /// of the backup; whatever goes wrong changes nothing.
    ///
    /// @throws IOException if the file is no backup of these tables, or damaged
    static void restore(Connection connection, Path file) throws SQLException, IOException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement();
                ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
            List<String> tables = tables(statement);
            // References between tables would ask for an order, and some point in circles: they come back at the end.
            List<Reference> references = references(statement);
            for (Reference reference : references) {
                statement.execute("alter table %s drop constraint %s".formatted(reference.table(), reference.name()));
            }
            statement.execute("truncate " + String.join(", ", tables));
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String table = entry.getName().replaceFirst("\\.csv$", "");
                if (tables.contains(table)) {
                    fill(copy, table, zip);
                } else if (!entry.getName().equals(VERSION)) {
                    throw new IOException("[" + file + "] has a table " + table + " that this schema has not");
                }
            }
            for (Reference reference : references) {
                statement.execute("alter table %s add constraint %s %s"
                        .formatted(reference.table(), reference.name(), reference.definition()));
            }
            resetSequences(statement);
            connection.commit();
        } catch (SQLException | IOException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static void fill(CopyManager copy, String table, InputStream member) throws SQLException, IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(new Unended(member), StandardCharsets.UTF_8));
        lines.mark(1 << 16);
        String columns = lines.readLine();
        if (columns == null) {
            throw new IOException("[" + table + ".csv] is empty; the backup is damaged");
        }
        // The columns by name: a migration may have ordered them otherwise than a fresh schema has them.
        copy.copyIn("copy %s (%s) from stdin (format csv)".formatted(table, columns), lines);
    }

    private static List<String> tables(Statement statement) throws SQLException {
        return values(
                statement,
                "select quote_ident(tablename) from pg_tables where schemaname = current_schema() and tablename <> '%s' order by 1"
                        .formatted(HISTORY));
    }

    private static void resetSequences(Statement statement) throws SQLException {
        for (String sequence : values(statement, """
                select format('select setval(%L, coalesce((select max(%I) from %I), 0) + 1, false)',
                              pg_get_serial_sequence(quote_ident(table_name), column_name), column_name, table_name)
                from information_schema.columns
                where table_schema = current_schema()
                  and pg_get_serial_sequence(quote_ident(table_name), column_name) is not null
                """)) {
            statement.execute(sequence);
        }
    }

    private record Reference(String table, String name, String definition) {}

    private static List<Reference> references(Statement statement) throws SQLException {
        List<Reference> found = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("""
                select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
                from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace
                """)) {
            while (rows.next()) {
                found.add(new Reference(rows.getString(1), rows.getString(2), rows.getString(3)));
            }
        }
        return found;
    }

    private static List<String> values(Statement statement, String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    /// A member of a zip that its reader may not close.
    private static final class Unended extends FilterInputStream {
        Unended(InputStream in) {
            super(in);
        }

        @Override
        public void close() {
            // The zip goes on.
        }
    }

    /// A member of a zip that its writer may not close.
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
        }

        @Override
        public void close() {
            // The zip goes on.
        }
    }
}
