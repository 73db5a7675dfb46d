package dev.roundelay.federation.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Author;
import dev.roundelay.kernel.journal.InMemoryJobJournal;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.kernel.journal.Report;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingLogTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123456Z");

    @Test
    void a_line_says_time_site_level_round_and_message() throws IOException {
        var journal = new InMemoryJobJournal();
        var job = new JobId("job_1");
        var author = new Author(new AssignmentId("asg_1"), "site-2", 1);
        var _ = journal.append(new Epoch(1), job, author, List.of(new Report.Log(1, NOON, "user", "info", 3, "a\nb")));
        journal.record(new Epoch(1), job, List.of(new Note.Log(NOON, null, "warning", null, "careful")));
        var out = new StringWriter();

        TrainingLog.write(journal, job, List.of(new Note.Log(NOON, null, "info", null, "finished")), out);

        assertThat(out.toString()).isEqualTo("""
                2026-03-01T12:00:00.123Z site-2 info 3 a b
                2026-03-01T12:00:00.123Z server warning - careful
                2026-03-01T12:00:00.123Z server info - finished
                """);
    }
}
