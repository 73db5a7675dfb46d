package dev.roundelay.server.store;

import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// How a server stands, in numbers: what is read for a collector, in a few short queries.
public final class ServerFigures {
    private final Jdbi jdbi;

    public ServerFigures(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /// The figures of one moment.
    ///
    /// @param epoch              of the newest active server, 0 before the first one
    /// @param jobs               by state and phase
    /// @param workers            by state, without removed ones
    /// @param oldestQueuedSeconds how long the job at the head of the queue has waited, 0 if none waits
    /// @param storedBytes        that the buckets hold
    public record Figures(
            long epoch, List<Count> jobs, List<Count> workers, double oldestQueuedSeconds, long storedBytes) {
        public Figures {
            jobs = List.copyOf(jobs);
            workers = List.copyOf(workers);
        }
    }

    /// How many there are.
    ///
    /// @param phase empty where there is none
    public record Count(String state, String phase, long number) {}

    /// Reads them.
    ///
    /// @throws org.jdbi.v3.core.JdbiException if the database does not answer
    public Figures read() {
        return jdbi.withHandle(handle -> new Figures(
                number(handle, "select coalesce(max(epoch), 0) from server_epoch")
                        .longValue(),
                counts(handle, "select state, coalesce(phase, ''), count(*) from job group by 1, 2"),
                counts(handle, "select state, '', count(*) from worker where state <> 'removed' group by 1"),
                number(
                                handle,
                                "select coalesce(extract(epoch from now() - min(phase_since)), 0) from job where phase = 'queued'")
                        .doubleValue(),
                number(handle, "select coalesce(sum(used_bytes), 0) from bucket")
                        .longValue()));
    }

    private static Number number(Handle handle, String query) {
        return handle.createQuery(query).mapTo(java.math.BigDecimal.class).one();
    }

    private static List<Count> counts(Handle handle, String query) {
        return handle.createQuery(query)
                .map((row, _) -> new Count(row.getString(1), row.getString(2), row.getLong(3)))
                .list();
    }
}
