package dev.roundelay.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.assignment.AssignmentTransitions;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.JobPhaseTransitions;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.JobTransitions;
import dev.roundelay.kernel.worker.WorkerState;
import dev.roundelay.kernel.worker.WorkerTransitions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class StatesDocTest {
    private static final Path DOC = Path.of("..", "docs", "states.md");
    private static final Pattern CONSTANT = Pattern.compile("((?: {4}/// [^\\n]*\\n)+) {4}([A-Z_]+)[,;]");

    @Test
    void the_page_on_states_is_what_the_tables_say() throws IOException {
        String made = page();
        if (Boolean.getBoolean("regenerate")) {
            Files.createDirectories(DOC.getParent());
            Files.writeString(DOC, made);
        }

        assertThat(DOC)
                .as("docs/states.md; to write it anew: mvn -pl kernel test -Dtest=StatesDocTest"
                        + " -Dtest.argLine=-Dregenerate=true")
                .content()
                .isEqualTo(made);
    }

    private static String page() throws IOException {
        StringBuilder page = new StringBuilder("""
                # States

                Generated from the tables in `kernel`; change those, not this page. Each machine has an enum, one table of
                moves and a record whose verbs consult it. A move that is in no table is a bug and throws.
                """);
        section(page, "Job", "job/JobState.java", JobState.values(), JobTransitions.TABLE);
        section(page, "Phase of a live job", "job/JobPhase.java", JobPhase.values(), JobPhaseTransitions.TABLE);
        section(
                page,
                "Assignment",
                "assignment/AssignmentState.java",
                AssignmentState.values(),
                AssignmentTransitions.TABLE);
        section(page, "Worker", "worker/WorkerState.java", WorkerState.values(), WorkerTransitions.TABLE);
        return page.toString();
    }

    private static <S extends Enum<S>, E extends Enum<E>> void section(
            StringBuilder page, String title, String source, S[] states, TransitionTable<S, E> table)
            throws IOException {
        page.append("\n## ").append(title).append("\n\n| state | what is true |\n|---|---|\n");
        List<String> sentences = sentences(source);
        for (int i = 0; i < states.length; i++) {
            page.append("| `%s` | %s |\n".formatted(states[i], sentences.get(i)));
        }
        page.append("\n```mermaid\nstateDiagram-v2\n");
        table.rows().forEach(row -> page.append("    %s --> %s: %s\n".formatted(row.from(), row.to(), row.event())));
        page.append("```\n\n| from | event | to | when |\n|---|---|---|---|\n");
        table.rows()
                .forEach(row -> page.append(
                        "| `%s` | %s | `%s` | %s |\n".formatted(row.from(), row.event(), row.to(), row.when())));
    }

    /// Returns the doc comments of an enum's constants, in their order.
    private static List<String> sentences(String source) throws IOException {
        String text = Files.readString(Path.of("src/main/java/dev/roundelay/kernel", source));
        Matcher matcher = CONSTANT.matcher(text);
        List<String> sentences = new ArrayList<>();
        while (matcher.find()) {
            sentences.add(
                    matcher.group(1).replace("    /// ", " ").replace("\n", "").strip());
        }
        return sentences;
    }
}
