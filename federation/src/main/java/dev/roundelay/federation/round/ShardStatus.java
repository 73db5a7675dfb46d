package dev.roundelay.federation.round;

/// How a shard stands in the current round, as the close rule sees it.
public enum ShardStatus {
    /// Its update is accepted.
    ANSWERED,
    /// Its worker is ready and trains.
    WORKING,
    /// It was lost, and its next attempt holds a slot and prepares.
    PREPARING,
    /// It was lost, and no slot is found for its next attempt yet.
    UNPLACED,
    /// It is not awaited: its site failed in this round, was given up, or is not in this round's sample.
    OUT
}
