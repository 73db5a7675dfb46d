package dev.roundelay.s3;

import java.time.Duration;

/// What callers may cost before anybody knows them, and beside what they send.
///
/// @param connections open at the same time; shared by all ports of a process
/// @param headTime    within which the head of a request must have arrived
/// @param pace        of bodies
public record TransportBounds(ConnectionLimits connections, Duration headTime, BodyPace.Rate pace) {
    private static final Duration HEAD_TIME = Duration.ofSeconds(10);

    /// Returns the usual ones.
    public static TransportBounds with(ConnectionLimits connections) {
        return new TransportBounds(connections, HEAD_TIME, BodyPace.Rate.usual());
    }

    /// Returns the usual ones without a limit of connections, for servers that only their own machine reaches.
    public static TransportBounds local() {
        return with(ConnectionLimits.none());
    }
}
