package dev.roundelay.federation.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.federation.Contribution;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.worker.WorkerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final JobId JOB = new JobId("job_1");
    private static final AssignmentId ASSIGNMENT = new AssignmentId("asg_1");
    private static final byte[] BYTES = {1, 2, 3, 4};

    @TempDir
    Path folder;

    private Spool spool;

    @BeforeEach
    void start() {
        spool = new Spool(folder.resolve("spool"), new Random(1));
    }

    @Test
    void each_upload_has_a_file_of_its_own() throws IOException {
        assertThat(spool.newFile(JOB, 0, ASSIGNMENT)).isNotEqualTo(spool.newFile(JOB, 0, ASSIGNMENT));
    }

    @Test
    void a_whole_file_is_intact_and_a_missing_short_or_changed_one_is_not() throws IOException {
        Path file = write();
        assertThat(spool.isIntact(contribution(file))).isTrue();

        Files.write(file, new byte[] {1, 2, 3, 5});
        assertThat(spool.isIntact(contribution(file))).isFalse();
        Files.write(file, new byte[] {1, 2, 3});
        assertThat(spool.isIntact(contribution(file))).isFalse();
        spool.delete(file);
        assertThat(spool.isIntact(contribution(file))).isFalse();
    }

    @Test
    void rounds_and_jobs_are_removed_with_all_their_files() throws IOException {
        Path file = write();
        Path later = spool.newFile(JOB, 1, ASSIGNMENT);
        Files.write(later, BYTES);

        spool.deleteRound(JOB, 0);
        assertThat(file).doesNotExist();
        assertThat(later).exists();
        spool.keepOnly(() -> Set.of(JOB));
        assertThat(later).exists();
        spool.keepOnly(Set::of);
        assertThat(later).doesNotExist();
    }

    @Test
    void a_name_that_leads_elsewhere_is_refused() {
        assertThatThrownBy(() -> spool.file("../elsewhere")).isInstanceOf(IllegalArgumentException.class);
    }

    private Path write() throws IOException {
        Path file = spool.newFile(JOB, 0, ASSIGNMENT);
        Files.write(file, BYTES);
        return file;
    }

    private Contribution contribution(Path file) {
        var crc = new CRC32C();
        crc.update(BYTES);
        return new Contribution(
                0,
                ASSIGNMENT,
                1,
                new WorkerId("wrk_1"),
                "server-1",
                spool.name(file),
                BYTES.length,
                crc.getValue(),
                1,
                1,
                Instant.EPOCH,
                Instant.EPOCH,
                Map.of());
    }
}
