package dev.roundelay.server.active;

import java.time.Duration;

/// The figures of taking turns.
///
/// @param renewal  how often the active server renews
/// @param silence  a holder that has not renewed for so long is taken over, counted on the standby's own clock
/// @param retry    how often a standby looks
/// @param answer   how long the database may take for an answer to these small statements
public record ActiveServerConfig(Duration renewal, Duration silence, Duration retry, Duration answer) {
    /// Returns the figures of production.
    public static ActiveServerConfig defaults() {
        return new ActiveServerConfig(
                Duration.ofSeconds(1), Duration.ofSeconds(6), Duration.ofMillis(500), Duration.ofSeconds(5));
    }
}
