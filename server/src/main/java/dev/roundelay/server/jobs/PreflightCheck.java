package dev.roundelay.server.jobs;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.Manifest;
import dev.roundelay.contract.job.Preflight;
import dev.roundelay.contract.job.Slug;
import dev.roundelay.contract.requirement.Requirement;
import dev.roundelay.contract.requirement.RequirementException;
import dev.roundelay.contract.requirement.Requirements;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.OwnerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Answers what a submit would, before anything is uploaded: what is wrong, and what would go less than well.
final class PreflightCheck {
    private static final Manifest NOTHING = new Manifest(List.of(), null, null);

    private final SubmitJob submit;
    private final SelectionCheck selection;
    private final BucketIndex index;
    private final Kernel kernel;

    PreflightCheck(SubmitJob submit, SelectionCheck selection, BucketIndex index, Kernel kernel) {
        this.submit = submit;
        this.selection = selection;
        this.index = index;
        this.kernel = kernel;
    }

    /// Checks a job.
    ///
    /// @param manifest what will be uploaded; null to judge what lies in the bucket
    Preflight answer(UserId owner, JobSpec spec, @Nullable Manifest manifest) throws IOException {
        List<SpecCheck.Problem> problems = new ArrayList<>(SpecCheck.problems(spec));
        int shards = 0;
        List<Preflight.Finding> warnings = List.of();
        if (problems.isEmpty()) {
            try {
                shards = manifest == null ? submit.tryOut(owner, spec) : announced(owner, spec, manifest);
            } catch (RefusedException e) {
                problems.addAll(e.problems());
            }
            nameInUse(owner, spec, problems);
            warnings = warnings(owner, spec, manifest == null ? NOTHING : manifest, shards);
        }
        List<Preflight.Finding> findings = problems.stream()
                .map(problem -> new Preflight.Finding(
                        problem.code().toString(),
                        problem.message(),
                        problem.code().hint()))
                .toList();
        return new Preflight(findings.isEmpty(), shards, findings, warnings);
    }

    private int announced(UserId owner, JobSpec spec, Manifest manifest) {
        requireNone(
                index.findBucketOf(new OwnerId(owner.value())).isPresent() ? List.of() : List.of(SubmitJob.NO_BUCKET));
        requireNone(missing(spec, manifest));
        var _ = SubmitJob.requirements(manifest.requirements() == null ? "" : manifest.requirements());
        int shards = spec.dataset() == null
                ? Announced.of(spec, manifest).shards().size()
                : selection.datasetSites(owner, spec);
        requireNone(selection.problems(owner, spec, shards));
        return shards;
    }

    private static List<SpecCheck.Problem> missing(JobSpec spec, Manifest manifest) {
        Announced announced = Announced.of(spec, manifest);
        List<SpecCheck.Problem> problems = new ArrayList<>();
        InputCheck.modelDef(spec, announced.scripts()).ifPresent(problems::add);
        problems.addAll(InputCheck.nvflareModules(spec, announced.scripts()));
        Set<String> keys = new HashSet<>();
        manifest.files().forEach(file -> keys.add(JobInputs.plain(file.key())));
        if (spec.requirements() != null && !keys.contains(JobInputs.plain(spec.requirements()))) {
            problems.add(InputCheck.missing("requirements", spec.requirements()));
        }
        if (spec.checkpoint() != null && !keys.contains(JobInputs.plain(spec.checkpoint()))) {
            problems.add(InputCheck.missing("checkpoint", spec.checkpoint()));
        }
        InputCheck.shardCount(spec, announced.shards().size()).ifPresent(problems::add);
        return problems;
    }

    private void nameInUse(UserId owner, JobSpec spec, List<SpecCheck.Problem> problems) {
        String slug = Slug.of(spec.name());
        for (Job job : kernel.view().jobs()) {
            if (job.ownerId().equals(owner) && job.slug().equals(slug)) {
                problems.add(AcceptJob.slugInUse(job));
            }
        }
    }

    private List<Preflight.Finding> warnings(UserId owner, JobSpec spec, Manifest manifest, int shards) {
        List<Preflight.Finding> warnings = new ArrayList<>();
        Outlook.Load load = new Outlook.Load(
                spec.federation().slots(shards), Announced.of(spec, manifest), packages(manifest), manifest.python());
        warnings.addAll(new Outlook(kernel.view(), owner, spec).warnings(load));
        quota(owner, manifest, warnings);
        return warnings;
    }

    private static Set<String> packages(Manifest manifest) {
        try {
            return Requirements.parse(manifest.requirements() == null ? "" : manifest.requirements()).stream()
                    .map(Requirement::name)
                    .collect(Collectors.toSet());
        } catch (RequirementException e) {
            // Reported as a problem already.
            return Set.of();
        }
    }

    private void quota(UserId owner, Manifest manifest, List<Preflight.Finding> warnings) {
        long bytes =
                manifest.files().stream().mapToLong(Manifest.File::sizeBytes).sum();
        index.findBucketOf(new OwnerId(owner.value())).ifPresent(bucket -> {
            long free = bucket.quotaBytes() - bucket.usedBytes() - bucket.reservedBytes();
            if (bytes > free) {
                warnings.add(new Preflight.Finding(
                        ErrorCode.STORAGE_QUOTA_EXCEEDED.toString(),
                        "[bucket] the files are %,d bytes and %,d of your quota of %,d are free; those that lie there unchanged take no more"
                                .formatted(bytes, Math.max(0, free), bucket.quotaBytes()),
                        ErrorCode.STORAGE_QUOTA_EXCEEDED.hint()));
            }
        });
    }

    private static void requireNone(List<SpecCheck.Problem> problems) {
        if (!problems.isEmpty()) {
            throw new RefusedException(problems);
        }
    }
}
