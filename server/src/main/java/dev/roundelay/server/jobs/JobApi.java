package dev.roundelay.server.jobs;

import dev.roundelay.federation.JobRuns;
import dev.roundelay.federation.RunStore;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.server.account.AuditLog;
import dev.roundelay.server.active.ActiveEpoch;
import dev.roundelay.server.compat.CompatJobsResource;
import dev.roundelay.server.compat.CompatShapes;
import dev.roundelay.server.compat.CompatSubmit;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Routes;
import dev.roundelay.server.store.JdbcSubmissions;
import dev.roundelay.server.store.JobFigures;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.DiskGuard;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// The resources about jobs, our own and the published client's.
public final class JobApi {
    private final Parts p;
    private final JobFiles files;

    /// What they work with.
    ///
    /// @param publicUrl without a slash at its end
    public record Parts(
            Authenticator authenticator,
            Kernel kernel,
            KernelStore kernelStore,
            RunStore runStore,
            JobRuns runs,
            JobJournal journal,
            BlobStore blobs,
            BucketIndex index,
            DiskGuard disk,
            JdbcSubmissions submissions,
            JobFigures figures,
            JobSignals signals,
            JobChanges changes,
            Consumer<Assignment> stackRequests,
            ActiveEpoch epoch,
            AuditLog audit,
            Function<UserId, String> owners,
            String publicUrl,
            InstantSource clock,
            RandomGenerator random) {}

    public JobApi(Parts parts) {
        this.p = parts;
        this.files = new JobFiles(p.kernel(), p.index(), new JobAccess(p.kernel(), p.kernelStore()));
    }

    /// Returns who lets go of the files of ended jobs; to be added to the kernel as a listener.
    public JobFiles files() {
        return files;
    }

    /// Returns the resources.
    public List<Routes> routes() {
        JobAccess access = new JobAccess(p.kernel(), p.kernelStore());
        JobMapper mapper = new JobMapper(p.kernel(), p.journal(), p.figures(), p.owners(), p.publicUrl());
        EventStreams streams = new EventStreams(p.authenticator());
        SelectionCheck selection = new SelectionCheck(p.kernel());
        AcceptJob acceptance = new AcceptJob(p.kernel(), p.submissions(), p.disk());
        SubmitJob submit = new SubmitJob(
                acceptance, p.index(), new InputCheck(p.blobs()), selection, p.submissions(), p.clock(), p.random());
        ResubmitJob resubmit =
                new ResubmitJob(acceptance, p.index(), selection, p.submissions(), p.runStore(), p.clock(), p.random());
        JobsResource jobs = new JobsResource(
                p.authenticator(),
                submit,
                resubmit,
                new PreflightCheck(submit, selection, p.index(), p.kernel()),
                access,
                mapper,
                files,
                p.kernel(),
                p.kernelStore(),
                p.epoch(),
                p.audit());
        return List.of(
                jobs,
                new JobReadsResource(p.authenticator(), access, p.kernelStore(), p.runStore(), p.journal(), mapper),
                new StrategiesResource(p.authenticator()),
                new JobStackResource(p.authenticator(), access, p.kernel(), mapper, p.stackRequests()),
                new JobModelResource(p.authenticator(), access, p.runs(), p.figures()),
                new JobEventsResource(p.authenticator(), streams, access, p.journal(), p.signals()),
                new JobListEventsResource(p.authenticator(), streams, p.changes(), p.clock()),
                new CompatJobsResource(
                        p.authenticator(),
                        new CompatSubmit(p.kernel(), p.index(), p.blobs()),
                        submit,
                        access,
                        jobs,
                        p.kernelStore(),
                        p.figures(),
                        new CompatShapes(p.kernel(), p.publicUrl())));
    }
}
