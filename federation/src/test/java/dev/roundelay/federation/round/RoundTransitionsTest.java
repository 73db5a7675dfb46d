package dev.roundelay.federation.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.kernel.TransitionTable.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RoundTransitionsTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Path DOCUMENT = Path.of("../docs/states-rounds.md");

    /// What is true in each state, as its own comment says.
    private static final Map<RoundState, String> TRUE_IN = new EnumMap<>(Map.of(
            RoundState.OPEN, "Workers train from its input model, and their updates are accepted.",
            RoundState.CLOSED,
                    "The member list is fixed; an update is accepted only from a member whose spooled one was lost.",
            RoundState.COMMITTED, "The model that it made is the job's newest one.",
            RoundState.ABANDONED, "The job ended before the round could be committed; nothing of it counts."));

    @Test
    void every_move_of_the_table_is_made_by_a_verb_and_no_other_is() {
        for (RoundState from : RoundState.values()) {
            for (RoundEvent event : RoundEvent.values()) {
                Round round = new Round(3, from, NOON, null, new TreeSet<>(Set.of(0)));
                var to = RoundTransitions.TABLE.find(from, event);
                if (to.isPresent()) {
                    assertThat(apply(round, event).state()).isEqualTo(to.get());
                } else {
                    assertThatThrownBy(() -> apply(round, event))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("round 3 cannot " + event + " from " + from);
                }
            }
        }
    }

    @Test
    void nothing_leaves_a_terminal_state_and_every_other_can_be_left() {
        Set<RoundState> left = EnumSet.noneOf(RoundState.class);
        RoundTransitions.TABLE.rows().forEach(row -> left.add(row.from()));

        for (RoundState state : RoundState.values()) {
            assertThat(left.contains(state)).isEqualTo(!state.isTerminal());
        }
    }

    /// To write the document anew, run it with `-Dtest.argLine=-Droundelay.docs=write`.
    @Test
    void the_document_shows_the_table() throws IOException {
        if ("write".equals(System.getProperty("roundelay.docs"))) {
            Files.writeString(DOCUMENT, document());
        }

        assertThat(DOCUMENT).hasContent(document());
    }

    private static Round apply(Round round, RoundEvent event) {
        return switch (event) {
            case CLOSE -> round.close(new TreeSet<>(Set.of(0)), NOON);
            case COMMIT -> round.commit();
            case ABANDON -> round.abandon();
        };
    }

    private static String document() {
        var text = new StringBuilder(
                "# States of a round\n\nMade from the transition table by `RoundTransitionsTest`.\n\n");
        text.append("| state | what is true |\n|---|---|\n");
        for (RoundState state : RoundState.values()) {
            text.append("| %s | %s |\n".formatted(state, TRUE_IN.get(state)));
        }
        text.append("\n| from | event | to | when |\n|---|---|---|---|\n");
        List<Row<RoundState, RoundEvent>> rows = RoundTransitions.TABLE.rows();
        rows.forEach(
                row -> text.append("| %s | %s | %s | %s |\n".formatted(row.from(), row.event(), row.to(), row.when())));
        return text.toString();
    }
}
