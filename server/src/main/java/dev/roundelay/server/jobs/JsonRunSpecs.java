package dev.roundelay.server.jobs;

import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.RunSpecs;
import dev.roundelay.federation.round.Sampling;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import java.time.Duration;

/// Says a job's specification in federation's terms.
public final class JsonRunSpecs implements RunSpecs {
    private final JobAccess jobs;

    public JsonRunSpecs(JobAccess jobs) {
        this.jobs = jobs;
    }

    @Override
    public RunSpec of(JobId id) {
        Job job = jobs.find(id.value())
                .orElseThrow(() -> new IllegalStateException("[%s] there is no such job".formatted(id)));
        JobSpec spec = StoredSpec.read(job.spec());
        JobSpec.Federation federation = spec.federation();
        Double roundTimeout = spec.limits().roundTimeoutSeconds();
        return new RunSpec(
                job.shards(),
                federation.rounds(),
                job.minClients(),
                KernelTerms.seconds(federation.waitAfterMinSeconds()),
                roundTimeout == null ? null : timeout(roundTimeout),
                federation.seed(),
                new RunSpec.StrategySpec(
                        federation.strategy().name(), federation.strategy().args()),
                Sampling.ALL,
                federation.checkpointEvery(),
                null,
                job.continueOnSiteError(),
                null);
    }

    private static Duration timeout(double seconds) {
        return KernelTerms.seconds(seconds);
    }
}
