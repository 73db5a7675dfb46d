package dev.roundelay.federation;

import dev.roundelay.kernel.job.JobId;

/// A global model is asked for that the job does not have, or has no longer.
public final class RoundNotKeptException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RoundNotKeptException(JobId job, int model) {
        super("[%s, model %d] is not kept; the last two, the best and every checkpointEvery-th model are"
                .formatted(job.value(), model));
    }
}
