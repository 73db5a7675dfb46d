package dev.roundelay.server.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tables of the database, in the version that this build knows: refused if they are of a newer one, backed up
/// before they are changed.
public final class Schema {
    private static final Logger LOG = LoggerFactory.getLogger(Schema.class);
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final int KEPT = 5;

    private final Database database;
    private final Path backups;
    private final InstantSource clock;

    /// Makes one.
    ///
    /// @param backups folder for backups; made when it is needed
    public Schema(Database database, Path backups, InstantSource clock) {
        this.database = database;
        this.backups = backups;
        this.clock = clock;
    }

    /// The tables are of a newer release than this one.
    public static final class NewerException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NewerException(String message) {
            super(message);
        }
    }

    /// Checks that this build knows the tables; a database without any is fine.
    ///
    /// @throws NewerException if it does not
    public void requireKnown() {
        Flyway flyway = database.flyway();
        Optional<MigrationVersion> there = version(flyway);
        MigrationVersion known = Stream.of(flyway.info().all())
                .filter(migration -> migration.getState().isResolved())
                .map(MigrationInfo::getVersion)
                .max(Comparator.naturalOrder())
                .orElse(MigrationVersion.EMPTY);
        if (there.isPresent() && there.get().compareTo(known) > 0) {
            throw new NewerException(
                    ("[database] its tables are of version %s, this release knows %s; start the newer release again, or restore "
                                    + "a backup of this release's version (docs/operating.md)")
                            .formatted(there.get(), known));
        }
    }

    /// Brings the tables up to this build's version; where there is something to lose, a backup is written first, and
    /// without it nothing is changed.
    ///
    /// @throws NewerException if they are of a newer release
    public void upgrade() {
        requireKnown();
        Flyway flyway = database.flyway();
        Optional<MigrationVersion> there = version(flyway);
        int pending = flyway.info().pending().length;
        if (there.isPresent() && pending > 0) {
            Path file = backup(there.get().toString());
            LOG.info("[database] {} migrations are due from version {}; backup: {}", pending, there.get(), file);
        }
        database.migrate();
    }

    /// Writes a backup and returns it; of the older ones a few stay.
    private Path backup(String version) {
        try (Connection connection = database.connect(PATIENCE)) {
            Files.createDirectories(
                    backups, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            String time =
                    clock.instant().truncatedTo(ChronoUnit.SECONDS).toString().replace(":", "");
            Path file = backups.resolve("schema-%s-%s.zip".formatted(version, time));
            SchemaBackup.write(connection, version, file);
            removeOld();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "[database] no backup could be written to " + backups + ", so nothing was changed; free disk there",
                    e);
        } catch (SQLException e) {
            throw new IllegalStateException("[database] no backup could be read, so nothing was changed", e);
        }
    }

    /// Replaces all rows by those of a backup of the same version; no server may run.
    ///
    /// @throws IOException if the file is no backup, or of another version than the tables
    public void restore(Path file) throws IOException {
        String version = SchemaBackup.version(file);
        String there =
                version(database.flyway()).map(MigrationVersion::toString).orElse("none");
        if (!version.equals(there)) {
            throw new IOException(
                    ("[%s] is of version %s, the tables are of %s; make an empty database, start the release of version %s on it once, "
                                    + "stop it and restore then")
                            .formatted(file, version, there, version));
        }
        try (Connection connection = database.connect(PATIENCE)) {
            SchemaBackup.restore(connection, file);
        } catch (SQLException e) {
            throw new IOException("[" + file + "] could not be restored, nothing was changed: " + e.getMessage(), e);
        }
    }

    /// Makes the tables of a backup's version in an empty database, fills them, brings them up to this build's version,
    /// and begins a life of its own: it is not the server any more that the backup was taken of.
    ///
    /// @param backup name of the backup, for the audit
    /// @throws IOException if the database is not empty, or the file is no whole backup of a known version
    public void restoreCopy(Path file, String backup, RandomGenerator random) throws IOException {
        restoreInto(file);
        try (Connection connection = database.connect(PATIENCE)) {
            connection.setAutoCommit(false);
            FreshLife.begin(connection, backup, clock.instant(), random);
            connection.commit();
        } catch (SQLException e) {
            throw new IOException("[" + file + "] the restored rows could not be changed: " + e.getMessage(), e);
        }
    }

    /// Makes the tables of a backup's version in an empty database, fills them, and brings them up to this build's
    /// version; for who only looks at the rows.
    ///
    /// @throws IOException as [#restoreCopy]
    public void restoreInto(Path file) throws IOException {
        String version = SchemaBackup.version(file);
        requireKnown(file, version);
        try (Connection connection = database.connect(PATIENCE)) {
            requireEmpty(connection);
            var _ = database.flywayTo(version).migrate();
            SchemaBackup.restore(connection, file);
        } catch (SQLException e) {
            throw new IOException("[" + file + "] could not be restored: " + e.getMessage(), e);
        }
        database.migrate();
    }

    /// Checks that this build knows a backup's version.
    ///
    /// @throws IOException if it does not
    public static void requireKnown(Path backup, String version) throws IOException {
        MigrationVersion newest = KnownMigrations.newest();
        if (MigrationVersion.fromVersion(version).compareTo(newest) > 0) {
            throw new IOException(
                    "[%s] is of a newer release: its tables are of version %s, this release knows %s; use the release that wrote it, or a newer one"
                            .formatted(backup, version, newest));
        }
    }

    private static void requireEmpty(Connection connection) throws SQLException, IOException {
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("select count(*) from pg_tables where schemaname = current_schema()")) {
            rows.next();
            if (rows.getLong(1) > 0) {
                throw new IOException("[database] it has %d tables; make an empty database and name that one"
                        .formatted(rows.getLong(1)));
            }
        }
    }

    private void removeOld() throws IOException {
        try (Stream<Path> files = Files.list(backups)) {
            List<Path> oldestFirst = files.filter(file -> file.toString().endsWith(".zip"))
                    .sorted(Comparator.comparing(file -> file.toFile().lastModified()))
                    .toList();
            for (Path file : oldestFirst.subList(0, Math.max(0, oldestFirst.size() - KEPT))) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static Optional<MigrationVersion> version(Flyway flyway) {
        return Optional.ofNullable(flyway.info().current()).map(MigrationInfo::getVersion);
    }
}
