package dev.roundelay.server.workerapi;

import dev.roundelay.federation.JobRuns;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.server.active.ActiveEpoch;
import dev.roundelay.server.http.Routes;
import dev.roundelay.server.store.JdbcSubmissions;
import dev.roundelay.server.store.JdbcWorkerTokens;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.BucketIndex;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;

/// The resources of the worker protocol.
public final class WorkerApi {
    private WorkerApi() {}

    /// What they work with.
    ///
    /// @param emailOf e-mail address of a user id
    /// @param woken   where parked calls go on
    /// @param enabled whether there is such a user, and not a disabled one
    public record Parts(
            WorkerAuth auth,
            Kernel kernel,
            JobRuns runs,
            JobJournal journal,
            BlobStore blobs,
            BucketIndex index,
            JdbcWorkerTokens tokens,
            JdbcSubmissions submissions,
            WorkerSignals signals,
            StackRequests stacks,
            TelemetryHistory telemetry,
            BodySpool spool,
            Handover handover,
            Executor woken,
            ActiveEpoch epoch,
            Function<String, String> emailOf,
            Predicate<UserId> enabled,
            InstantSource clock,
            SecureRandom random) {}

    /// Returns them.
    public static List<Routes> routes(Parts p) {
        return List.of(
                new WorkerResource(
                        p.auth(),
                        new JoinWorker(p.kernel(), p.tokens(), p.enabled(), p.clock(), p.random()),
                        new WorkerSync(
                                p.kernel(), p.runs(), p.signals(), p.tokens(), p.stacks(), p.telemetry(), p.woken()),
                        p.kernel(),
                        p.tokens()),
                new AssignmentResource(
                        p.auth(),
                        p.kernel(),
                        p.runs(),
                        p.journal(),
                        p.blobs(),
                        p.handover(),
                        new PlanMaker(p.index(), p.submissions(), p.emailOf()),
                        p.epoch()),
                new BodyResource(p.auth(), p.kernel(), p.runs(), p.blobs(), p.spool()));
    }
}
