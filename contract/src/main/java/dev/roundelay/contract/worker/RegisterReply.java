package dev.roundelay.contract.worker;

/// The new worker's id and its secret (`rws_…`), given once.
public record RegisterReply(String workerId, String secret) {}
