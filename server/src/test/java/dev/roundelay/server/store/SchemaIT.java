package dev.roundelay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class SchemaIT {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));

    @RegisterExtension
    final TestDatabase database = TestDatabase.bundled();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void an_up_to_date_schema_is_left_alone_without_a_backup() {
        schema().upgrade();

        assertThat(folder.resolve("backups")).doesNotExist();
    }

    @Test
    void a_schema_of_a_newer_release_is_refused_and_left_alone() {
        newer();

        assertThatThrownBy(() -> schema().upgrade())
                .isInstanceOf(Schema.NewerException.class)
                .hasMessageContaining("version 9999")
                .hasMessageContaining("start the newer release again");
    }

    @Test
    void an_older_schema_is_backed_up_before_it_is_changed() throws IOException {
        reset();
        migrateTo("5");
        insertUser("ada");

        schema().upgrade();

        Path backup = folder.resolve("backups/schema-5-2026-01-02T030405Z.zip");
        assertThat(SchemaBackup.version(backup)).isEqualTo("5");
        assertThat(version()).isNotEqualTo("5");
        assertThat(Files.getPosixFilePermissions(backup)).hasSize(2);
        assertThatThrownBy(() -> schema().restore(backup))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is of version 5");
    }

    @Test
    void a_restored_database_has_the_rows_references_and_numbers_of_the_backup() throws Exception {
        reset();
        migrateTo("7");
        insertUser("ada");
        database.jdbi()
                .useHandle(handle -> handle.execute(
                        "insert into user_session (id_sha256, user_id, csrf_token, created_at, expires_at)"
                                + " select '\\x0aff'::bytea, id, 'a;\"b,' || chr(10), now(), now() from app_user"));
        Path backup = folder.resolve("b.zip");
        try (var connection = database.database().connect(java.time.Duration.ofMinutes(1))) {
            SchemaBackup.write(connection, "7", backup);
        }
        List<String> constraints = constraints();
        database.jdbi().useHandle(handle -> handle.execute("delete from app_user"));
        insertUser("eve");

        schema().restore(backup);

        assertThat(database.values("select email from app_user", String.class)).containsExactly("ada@x");
        assertThat(database.values("select csrf_token from user_session", String.class))
                .containsExactly("a;\"b,\n");
        assertThat(constraints()).isEqualTo(constraints);
    }

    @Test
    void a_backup_of_an_older_release_is_restored_and_brought_up_to_this_one() throws Exception {
        String newest = version();
        reset();
        migrateTo("5");
        insertUser("ada");
        Path backup = folder.resolve("b.zip");
        try (var connection = database.database().connect(java.time.Duration.ofMinutes(1))) {
            SchemaBackup.write(connection, "5", backup);
        }
        reset();

        schema().restoreCopy(backup, "of-yesterday", new java.util.Random(7));

        assertThat(database.values("select email from app_user", String.class)).containsExactly("ada@x");
        assertThat(version()).isEqualTo(newest).isNotEqualTo("5");
        assertThat(folder.resolve("backups")).doesNotExist();
        assertThatThrownBy(() -> schema().restoreInto(backup)).hasMessageContaining("make an empty database");
    }

    @Test
    void a_damaged_backup_changes_nothing() throws Exception {
        reset();
        migrateTo("7");
        insertUser("ada");
        Path backup = folder.resolve("b.zip");
        try (var connection = database.database().connect(java.time.Duration.ofMinutes(1))) {
            SchemaBackup.write(connection, "7", backup);
        }
        byte[] whole = Files.readAllBytes(backup);
        Path cut = Files.write(folder.resolve("cut.zip"), java.util.Arrays.copyOf(whole, whole.length / 2));
        Path other = Files.writeString(folder.resolve("other.zip"), "no zip");

        assertThatThrownBy(() -> schema().restore(cut)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> schema().restore(other)).hasMessageContaining("is no backup");

        assertThat(database.values("select email from app_user", String.class)).containsExactly("ada@x");
    }

    @Test
    void of_old_backups_a_few_stay() throws IOException {
        Path backups = Files.createDirectory(folder.resolve("backups"));
        for (int i = 0; i < 7; i++) {
            Path old = Files.writeString(backups.resolve("schema-%d-old.zip".formatted(i)), "x");
            assertThat(old.toFile().setLastModified(1_000_000L * (i + 1))).isTrue();
        }
        reset();
        migrateTo("5");

        schema().upgrade();

        try (Stream<Path> files = Files.list(backups)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "schema-3-old.zip",
                            "schema-4-old.zip",
                            "schema-5-old.zip",
                            "schema-6-old.zip",
                            "schema-5-2026-01-02T030405Z.zip");
        }
    }

    private String version() {
        return database.values(
                        "select version from flyway_schema_history order by installed_rank desc limit 1", String.class)
                .getFirst();
    }

    private Schema schema() {
        return new Schema(database.database(), folder.resolve("backups"), CLOCK);
    }

    private List<String> constraints() {
        return database.values(
                "select conname || pg_get_constraintdef(oid) from pg_constraint where contype = 'f' order by 1",
                String.class);
    }

    private void newer() {
        database.jdbi()
                .useHandle(
                        handle -> handle.execute(
                                "insert into flyway_schema_history select 9999, '9999', 'later', 'SQL', 'V9999__later.sql', 1, 'x', now(), 1, true"));
    }

    private void reset() {
        database.jdbi().useHandle(handle -> handle.execute("drop schema public cascade; create schema public"));
    }

    private void migrateTo(String version) {
        var _ = Flyway.configure()
                .dataSource(
                        database.address().url(),
                        database.address().user(),
                        database.address().password())
                .locations("classpath:db/migration")
                .target(version)
                .load()
                .migrate();
    }

    private void insertUser(String name) {
        database.jdbi()
                .useHandle(handle -> handle.execute(
                        "insert into app_user (id, email, role, password_hash, created_at) values (?, ?, 'user', 'h', now())",
                        "usr_" + name,
                        name + "@x"));
    }
}
