package dev.roundelay.server.jobs;

import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.federation.Places;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.RunSpecs;
import dev.roundelay.federation.round.Sampling;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.server.store.JdbcSubmissions;
import dev.roundelay.tensors.quantization.Quantization;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Says a job's specification in federation's terms.
public final class JsonRunSpecs implements RunSpecs {
    private final JobAccess jobs;
    private final JdbcSubmissions submissions;

    public JsonRunSpecs(JobAccess jobs, JdbcSubmissions submissions) {
        this.jobs = jobs;
        this.submissions = submissions;
    }

    @Override
    public RunSpec of(JobId id) {
        Job job = jobs.find(id.value())
                .orElseThrow(() -> new IllegalStateException("[%s] there is no such job".formatted(id)));
        JobSpec spec = StoredSpec.read(job.spec());
        JobSpec.Federation federation = spec.federation();
        Double roundTimeout = spec.limits().roundTimeoutSeconds();
        Places places = new Places(StoredSpec.sites(job, spec), job.shards());
        return new RunSpec(
                places,
                federation.rounds(),
                places.areShared()
                        ? Objects.requireNonNullElse(federation.minClients(), places.shards())
                        : job.minClients(),
                KernelTerms.seconds(federation.waitAfterMinSeconds()),
                roundTimeout == null ? null : timeout(roundTimeout),
                federation.seed(),
                new RunSpec.StrategySpec(
                        federation.strategy().name(), federation.strategy().args()),
                sampling(federation.sample()),
                federation.checkpointEvery(),
                select(federation.select()),
                job.continueOnSiteError(),
                origin(job),
                federation.quantization() == null
                        ? null
                        : Quantization.find(federation.quantization()).orElse(null),
                spec.model().nvflare() != null && spec.model().nvflare().persistor() != null);
    }

    private RunSpec.@Nullable Origin origin(Job job) {
        JobId parent = job.parentId();
        return parent == null
                ? null
                : submissions
                        .originModel(job.id())
                        .map(model -> new RunSpec.Origin(parent, model))
                        .orElse(null);
    }

    private static Sampling sampling(JobSpec.@Nullable Sample sample) {
        return sample == null ? Sampling.ALL : new Sampling(sample.count(), sample.fraction());
    }

    private static RunSpec.@Nullable Select select(JobSpec.@Nullable Select select) {
        return select == null
                ? null
                : new RunSpec.Select(select.metric(), select.mode().equals("max"), select.patience(), select.target());
    }

    private static Duration timeout(double seconds) {
        return KernelTerms.seconds(seconds);
    }
}
