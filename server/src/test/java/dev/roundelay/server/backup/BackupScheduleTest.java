package dev.roundelay.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupScheduleTest {
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void the_first_is_due_at_once() throws IOException {
        assertThat(at(NOON).untilNext()).isZero();
    }

    @Test
    void a_program_that_is_started_again_takes_none_before_its_time() throws IOException {
        take(NOON);

        assertThat(at(NOON.plus(Duration.ofHours(5))).untilNext()).isEqualTo(Duration.ofHours(19));
        assertThat(at(NOON.plus(Duration.ofHours(30))).untilNext()).isZero();
    }

    @Test
    void a_clock_that_was_set_back_puts_none_off_for_more_than_a_turn() throws IOException {
        take(NOON);

        assertThat(at(NOON.minus(Duration.ofDays(300))).untilNext()).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void one_that_failed_is_tried_again_soon() {
        assertThat(at(NOON).afterFailure()).isEqualTo(Duration.ofMinutes(10));
        assertThat(new BackupSchedule(folder, Duration.ofMinutes(1), () -> NOON).afterFailure())
                .isEqualTo(Duration.ofMinutes(1));
    }

    private BackupSchedule at(Instant now) {
        return new BackupSchedule(folder, Duration.ofHours(24), () -> now);
    }

    private void take(Instant at) throws IOException {
        Path backup = Files.createDirectory(folder.resolve("backup-2026-01-02T120000Z"));
        BackupManifest manifest = new BackupManifest(1, "1.0", "8", at, 0, 0, 0, 0, 0, 0, List.of(), Map.of());
        Files.writeString(backup.resolve(BackupManifest.FILE), manifest.toJson());
    }
}
