package dev.roundelay.federation.output;

import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.kernel.journal.Line;
import dev.roundelay.kernel.journal.Note;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `training_log.txt`: one line `time site level round message` for each log line, in the journal's order. The site
/// of a server's line is `server`, the round outside a round `-`; line breaks in a message are written as spaces.
public final class TrainingLog {
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private TrainingLog() {}

    /// Writes the log of a job.
    ///
    /// @param last lines that will be in the journal once the job has ended
    public static void write(JobJournal journal, JobId job, List<Note> last, Writer out) throws IOException {
        try {
            journal.forEachLine(job, line -> append(out, line));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Note note : last) {
            if (note instanceof Note.Log log) {
                out.write(format(log.time(), log.site(), log.level(), log.round(), log.message()));
            }
        }
    }

    static String format(Instant time, @Nullable String site, String level, @Nullable Integer round, String message) {
        return TIME.format(time)
                + ' '
                + (site == null ? "server" : site)
                + ' '
                + level
                + ' '
                + (round == null ? "-" : round.toString())
                + ' '
                + message.replace('\r', ' ').replace('\n', ' ')
                + '\n';
    }

    private static void append(Writer out, Line line) {
        try {
            out.write(format(line.time(), line.site(), line.level(), line.round(), line.message()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
