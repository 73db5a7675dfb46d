package dev.roundelay.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupFolderTest {
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void only_whole_backups_are_listed_and_broken_off_ones_are_removed_by_the_next() throws IOException {
        Path own = Files.createDirectory(folder.resolve("holiday.unfinished"));
        try (BackupFolder backups = BackupFolder.open(folder)) {
            take(backups, NOON, 0);
            Files.writeString(backups.begin(NOON.plusSeconds(1)).resolve("rows.zip"), "half");
            Files.createDirectory(folder.resolve("backup-2026-01-02T120002Z"));
            assertThat(names()).containsExactly("backup-2026-01-02T120000Z");
        }

        BackupFolder.open(folder).close();

        assertThat(folder.resolve("backup-2026-01-02T120001Z.unfinished")).doesNotExist();
        assertThat(own).as("somebody else's").exists();
    }

    @Test
    void two_of_one_second_do_not_meet() throws IOException {
        try (BackupFolder backups = BackupFolder.open(folder)) {
            take(backups, NOON, 0);
            take(backups, NOON, 0);
        }

        assertThat(names()).containsExactly("backup-2026-01-02T120000Z", "backup-2026-01-02T120000Z-2");
    }

    @Test
    void one_program_at_a_time_writes() throws IOException {
        try (BackupFolder _ = BackupFolder.open(folder)) {
            assertThatThrownBy(() -> BackupFolder.open(folder)).hasMessageContaining("another backup is being written");
        }
        BackupFolder.open(folder).close();
    }

    @Test
    void nobody_but_the_owner_can_look_in() throws IOException {
        try (BackupFolder backups = BackupFolder.open(folder.resolve("new/one"))) {
            assertThat(Files.getPosixFilePermissions(backups.begin(NOON))).hasSize(3);
        }
        assertThat(Files.getPosixFilePermissions(folder.resolve("new/one"))).hasSize(3);
    }

    @Test
    void the_oldest_go_and_those_with_faults_push_out_no_sound_ones() throws IOException {
        try (BackupFolder backups = BackupFolder.open(folder)) {
            for (int i = 0; i < 6; i++) {
                take(backups, NOON.plus(Duration.ofHours(i)), i < 3 ? 0 : 1);
            }

            assertThat(backups.removeOld(2)).containsExactly("backup-2026-01-02T120000Z", "backup-2026-01-02T150000Z");
        }
        assertThat(names())
                .containsExactly(
                        "backup-2026-01-02T130000Z",
                        "backup-2026-01-02T140000Z",
                        "backup-2026-01-02T160000Z",
                        "backup-2026-01-02T170000Z");
    }

    @Test
    void one_of_a_newer_form_or_with_newer_tables_is_refused() throws IOException {
        Path newer = write("a", manifest(NOON, 0, BackupManifest.FORMAT + 1, "1"));
        Path tables = write("b", manifest(NOON, 0, BackupManifest.FORMAT, "9999"));

        assertThatThrownBy(() -> Backup.open(newer)).hasMessageContaining("in a newer form");
        assertThatThrownBy(() -> Backup.open(tables)).hasMessageContaining("tables are of version 9999");
        assertThatThrownBy(() -> Backup.open(folder)).hasMessageContaining("is no whole backup");
    }

    private Path write(String name, BackupManifest manifest) throws IOException {
        Path made = Files.createDirectory(folder.resolve(name));
        Files.writeString(made.resolve(BackupManifest.FILE), manifest.toJson());
        return made;
    }

    private static void take(BackupFolder backups, Instant at, long faults) throws IOException {
        Path unfinished = backups.begin(at);
        Files.writeString(
                unfinished.resolve(BackupManifest.FILE),
                manifest(at, faults, BackupManifest.FORMAT, "8").toJson());
        backups.finish(unfinished);
    }

    private static BackupManifest manifest(Instant at, long faults, int format, String tables) {
        return new BackupManifest(format, "1.0", tables, at, 1, 1, 1, 1, 1, faults, List.of(), Map.of());
    }

    private List<String> names() throws IOException {
        return BackupFolder.list(folder).stream().map(Backup::name).toList();
    }
}
