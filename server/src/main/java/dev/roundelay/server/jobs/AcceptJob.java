package dev.roundelay.server.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.Slug;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.Submitted;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.NewJob;
import dev.roundelay.server.store.JdbcSubmissions;
import dev.roundelay.server.store.Submission;
import dev.roundelay.storage.DiskGuard;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes a job of a specification that was checked and whose inputs are kept, or says why the kernel will not
/// have it.
final class AcceptJob {
    private final Kernel kernel;
    private final JdbcSubmissions submissions;
    private final DiskGuard disk;

    AcceptJob(Kernel kernel, JdbcSubmissions submissions, DiskGuard disk) {
        this.disk = disk;
        this.kernel = kernel;
        this.submissions = submissions;
    }

    /// Returns the new job.
    ///
    /// @param shards number of shards, each of which gets a worker where nothing is simulated
    /// @param parent the job that this one repeats or goes on from
    /// @throws dev.roundelay.storage.StorageException while the disk is too full for further jobs
    /// @throws RefusedException `slug_in_use`, `too_many_requests`, `unknown_worker`, `duplicate_worker`
    JobId accept(Submission submission, JobSpec spec, int shards, @Nullable JobId parent) {
        disk.requireRoom(0);
        Integer minClients = spec.federation().minClients();
        int slots = spec.federation().slots(shards);
        List<String> requirements = submission.requirements();
        NewJob job = new NewJob(
                submission.job(),
                submission.owner(),
                spec.name().strip(),
                Slug.of(spec.name()),
                slots,
                KernelTerms.selection(spec.selection()),
                // How many shards go with a slot is the federation's matter, and so is whether enough are left.
                slots < shards ? 1 : Objects.requireNonNullElse(minClients, shards),
                spec.federation().onSiteError().equals("continue"),
                KernelTerms.limits(spec.limits()),
                spec.priority(),
                parent,
                Optional.ofNullable(spec.dataset()),
                requirements.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", requirements)),
                "",
                List.of(),
                json(withSites(spec, shards)));
        return switch (kernel.submit(job, submissions.record(submission))) {
            case Submitted.Accepted(Job accepted) -> accepted.id();
            case Submitted.SlugInUse(Job holder) -> throw new RefusedException(slugInUse(holder));
            case Submitted.TooManyLiveJobs(int live, int limit) ->
                throw refused(
                        ErrorCode.TOO_MANY_REQUESTS,
                        "[jobs] you have %d live jobs of at most %d; wait for some to end".formatted(live, limit));
            case Submitted.UnknownWorker(var worker) ->
                throw refused(
                        ErrorCode.UNKNOWN_WORKER,
                        "[selection.workerIds] there is no worker %s for you; GET /api/v1/workers lists them"
                                .formatted(worker));
            case Submitted.DuplicateWorker(var worker) ->
                throw refused(
                        ErrorCode.DUPLICATE_WORKER,
                        "[selection.workerIds] names %s twice; name each worker once".formatted(worker));
        };
    }

    private static JobSpec withSites(JobSpec spec, int shards) {
        return new JobSpec(
                spec.name(),
                spec.scripts(),
                spec.assets(),
                spec.requirements(),
                spec.shards(),
                spec.dataset(),
                spec.checkpoint(),
                spec.model(),
                spec.training(),
                spec.federation().simulating(shards),
                spec.selection(),
                spec.limits(),
                spec.priority());
    }

    /// Returns what is wrong with a name whose folder a live job has.
    static SpecCheck.Problem slugInUse(Job holder) {
        return new SpecCheck.Problem(
                ErrorCode.SLUG_IN_USE,
                "[name] the live job %s has the same folder jobs/%s/; wait for it, cancel it, or choose another name"
                        .formatted(holder.id(), holder.slug()));
    }

    private static String json(JobSpec spec) {
        try {
            return Json.strict().writeValueAsString(spec);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RefusedException refused(ErrorCode code, String message) {
        return new RefusedException(new SpecCheck.Problem(code, message));
    }
}
