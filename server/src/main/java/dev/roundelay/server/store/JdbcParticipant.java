package dev.roundelay.server.store;

import dev.roundelay.kernel.Participant;
import org.jdbi.v3.core.Handle;

/// Further facts of a commit of the kernel, written in its transaction after the kernel's own.
@FunctionalInterface
public interface JdbcParticipant extends Participant {
    /// Writes them; an exception undoes the whole commit.
    void write(Handle handle);
}
