package dev.roundelay.kernel.worker;

import dev.roundelay.kernel.job.UserId;

/// A worker that joins. Its secret is the server's business.
///
/// @param id   made with [WorkerId#create]
/// @param name unique among the owner's workers
public record NewWorker(WorkerId id, String name, UserId ownerId, WorkerOffer offer) {}
