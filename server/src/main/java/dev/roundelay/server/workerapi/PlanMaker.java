package dev.roundelay.server.workerapi;

import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.worker.AssignmentPlan;
import dev.roundelay.federation.Places;
import dev.roundelay.federation.strategy.StrategyCatalogue;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.server.jobs.JobInputs;
import dev.roundelay.server.jobs.StoredSpec;
import dev.roundelay.server.jobs.SubmitJob;
import dev.roundelay.server.store.JdbcSubmissions;
import dev.roundelay.storage.BucketIndex;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes the plan of an assignment from what is stored of its job: the same each time it is asked for.
final class PlanMaker {
    private final BucketIndex index;
    private final JdbcSubmissions submissions;
    private final Function<String, String> emailOf;

    /// @param emailOf e-mail address of a user id
    PlanMaker(BucketIndex index, JdbcSubmissions submissions, Function<String, String> emailOf) {
        this.index = index;
        this.submissions = submissions;
        this.emailOf = emailOf;
    }

    /// Returns the plan.
    AssignmentPlan plan(Job job, Assignment assignment) {
        JobSpec spec = StoredSpec.read(job.spec());
        return new AssignmentPlan(
                assignment.id().value(),
                job.id().value(),
                job.name(),
                job.ownerId().value(),
                emailOf.apply(job.ownerId().value()),
                assignment.shard(),
                StoredSpec.sites(job, spec),
                assignment.site(),
                assignment.attempt(),
                spec.federation().rounds(),
                spec.federation().seed(),
                spec.model(),
                training(spec),
                submissions.requirements(job.id()),
                sites(job, spec, assignment),
                inputs(job, spec, assignment),
                spec.dataset(),
                StrategyCatalogue.corrects(spec.federation().strategy().name()),
                spec.federation().quantization(),
                limits(spec));
    }

    // What a strategy asks of the training function is in its `env`, unless the submitter put something else there.
    private static JobSpec.Training training(JobSpec spec) {
        JobSpec.Strategy strategy = spec.federation().strategy();
        JobSpec.Training training = spec.training();
        Map<String, Object> extra =
                new LinkedHashMap<>(StrategyCatalogue.environment(strategy.name(), strategy.args()));
        extra.putAll(training.extra());
        return new JobSpec.Training(training.localEpochs(), training.batchSize(), training.learningRate(), extra);
    }

    private static Map<String, Long> limits(JobSpec spec) {
        JobSpec.Selection selection = spec.selection();
        JobSpec.Auto auto = selection == null ? null : selection.auto();
        Long memory = auto == null ? null : auto.estimatedMemoryMb();
        return memory == null ? Map.of() : Map.of(AssignmentPlan.GPU_MEMORY_MB, memory);
    }

    /// Returns the files that an assignment may fetch.
    List<AssignmentPlan.Input> inputs(Job job, JobSpec spec, Assignment assignment) {
        JobInputs inputs = JobInputs.of(spec, index.entries(SubmitJob.snapshot(job.id())));
        List<AssignmentPlan.Input> files = new ArrayList<>();
        inputs.scripts().forEach(file -> files.add(input("script", file)));
        inputs.assets().forEach(file -> files.add(input("asset", file)));
        if (spec.federation().simulation() != null) {
            for (AssignmentPlan.Site site : sites(job, spec, assignment)) {
                files.add(shard(inputs.shards().get(site.shard()), site.shard()));
            }
        } else if (assignment.shard() < inputs.shards().size()) {
            files.add(shard(inputs.shards().get(assignment.shard()), null));
        }
        inputs.checkpoint().ifPresent(file -> files.add(input("checkpoint", file)));
        return files;
    }

    private static List<AssignmentPlan.Site> sites(Job job, JobSpec spec, Assignment assignment) {
        return spec.federation().simulation() == null
                ? List.of()
                : new Places(StoredSpec.sites(job, spec), job.shards())
                        .shardsOf(assignment.shard()).stream()
                                .map(shard -> new AssignmentPlan.Site(shard, Job.site(shard)))
                                .toList();
    }

    private static AssignmentPlan.Input shard(JobInputs.File file, @Nullable Integer shard) {
        return new AssignmentPlan.Input(
                file.entry().blob().value(), "shard", file.path(), file.entry().sizeBytes(), "", shard);
    }

    private static AssignmentPlan.Input input(String kind, JobInputs.File file) {
        return new AssignmentPlan.Input(
                file.entry().blob().value(), kind, file.path(), file.entry().sizeBytes(), "");
    }
}
