package dev.roundelay.server.store;

import dev.roundelay.kernel.Ids;
import dev.roundelay.storage.SnapshotId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/// Finds snapshots that belong to no job: their submit died between taking the snapshot and committing the job, or
/// their
/// job was deleted by a server that died before it released them.
public final class JdbcSnapshotSweep {
    /// Ids begin with their time; a submit under way is younger than this.
    private static final Duration GRACE = Duration.ofHours(1);

    private final Jdbi jdbi;
    private final InstantSource clock;

    public JdbcSnapshotSweep(Jdbi jdbi, InstantSource clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /// Returns them.
    public List<SnapshotId> withoutJob() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select distinct s.snapshot from snapshot_entry s
                        where s.snapshot like 'job\\_%' and s.snapshot < :young
                          and not exists (select 1 from job where job.id = split_part(s.snapshot, '/', 1))
                        """)
                .bind("young", Ids.create("job_", clock.instant().minus(GRACE), () -> 0))
                .mapTo(String.class)
                .map(SnapshotId::new)
                .list());
    }
}
