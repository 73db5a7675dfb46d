package dev.roundelay.contract.worker;

/// A job that a worker works on.
public record WorkerJob(String id, String name) {}
