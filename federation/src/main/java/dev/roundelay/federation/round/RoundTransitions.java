package dev.roundelay.federation.round;

import dev.roundelay.kernel.TransitionTable;
import dev.roundelay.kernel.TransitionTable.Row;
import java.util.List;

/// How a round moves.
public final class RoundTransitions {
    /// The one table.
    public static final TransitionTable<RoundState, RoundEvent> TABLE = new TransitionTable<>(
            "round",
            List.of(
                    new Row<>(
                            RoundState.OPEN,
                            RoundEvent.CLOSE,
                            RoundState.CLOSED,
                            "every site has answered, or enough have and the wait is over, or the round's time is up"),
                    new Row<>(
                            RoundState.CLOSED,
                            RoundEvent.COMMIT,
                            RoundState.COMMITTED,
                            "the members' updates are aggregated and the new model is durable"),
                    new Row<>(RoundState.OPEN, RoundEvent.ABANDON, RoundState.ABANDONED, "the job ends"),
                    new Row<>(RoundState.CLOSED, RoundEvent.ABANDON, RoundState.ABANDONED, "the job ends")));

    private RoundTransitions() {}
}
