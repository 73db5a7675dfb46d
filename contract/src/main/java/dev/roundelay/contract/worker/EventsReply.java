package dev.roundelay.contract.worker;

/// The number up to which everything is stored.
public record EventsReply(long acknowledged) {}
