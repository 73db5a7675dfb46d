package dev.roundelay.server.workerapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.contract.worker.RegisterRequest;
import dev.roundelay.contract.worker.Step;
import dev.roundelay.contract.worker.StepKind;
import dev.roundelay.contract.worker.SyncReply;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.contract.worker.Telemetry;
import dev.roundelay.federation.JobRuns;
import dev.roundelay.federation.RunStep;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.SyncResult;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.assignment.Fence;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerOffer;
import dev.roundelay.kernel.worker.WorkerReport;
import dev.roundelay.server.store.JdbcWorkerTokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The one parked call: takes a report, and answers when the desired state is another than the worker has seen.
final class WorkerSync {
    private final Kernel kernel;
    private final JobRuns runs;
    private final WorkerSignals signals;
    private final JdbcWorkerTokens tokens;
    private final StackRequests stacks;
    private final TelemetryHistory telemetry;
    private final Executor woken;
    private final Set<WorkerId> seen = ConcurrentHashMap.newKeySet();

    /// @param woken where calls go on that were parked; they may wait for the database
    WorkerSync(
            Kernel kernel,
            JobRuns runs,
            WorkerSignals signals,
            JdbcWorkerTokens tokens,
            StackRequests stacks,
            TelemetryHistory telemetry,
            Executor woken) {
        this.kernel = kernel;
        this.runs = runs;
        this.signals = signals;
        this.tokens = tokens;
        this.stacks = stacks;
        this.telemetry = telemetry;
        this.woken = woken;
    }

    /// Returns the desired state, at once if it differs from `request.seen()`, else after a change or `wait`. No
    /// thread is kept for that long.
    ///
    /// @throws WorkerCallException `version_mismatch`, `invalid_api_key` for a removed worker; or the future fails
    ///     with it
    CompletableFuture<SyncReply> sync(WorkerId worker, SyncRequest request, Duration wait) {
        if (request.protocol() != RegisterRequest.PROTOCOL) {
            throw new WorkerCallException(
                    ErrorCode.VERSION_MISMATCH,
                    "[protocol] this server speaks version %d, the worker %d; install the same release on both"
                            .formatted(RegisterRequest.PROTOCOL, request.protocol()));
        }
        if (seen.add(worker)) {
            tokens.markSynced(worker);
        }
        if (request.telemetry() != null) {
            telemetry.saw(worker, request.telemetry());
        }
        return answer(new Parked(worker, report(request), request.seen(), System.nanoTime() + wait.toNanos()));
    }

    /// A call that waits for news.
    ///
    /// @param seen     the version that is none
    /// @param deadline of `System.nanoTime`
    private record Parked(
            WorkerId worker, WorkerReport report, @Nullable String seen, long deadline) {}

    private CompletableFuture<SyncReply> answer(Parked call) {
        long count = signals.count(call.worker());
        SyncReply reply = reply(kernel.sync(call.worker(), call.report()));
        Duration left = Duration.ofNanos(call.deadline() - System.nanoTime());
        if (!reply.version().equals(call.seen()) || !left.isPositive()) {
            return CompletableFuture.completedFuture(reply);
        }
        return signals.next(call.worker(), count, left).thenComposeAsync(_ -> answer(call), woken);
    }

    /// Drops what is kept of a worker that has left.
    void forget(WorkerId worker) {
        seen.remove(worker);
        telemetry.forget(worker);
    }

    private SyncReply reply(SyncResult result) {
        return switch (result) {
            case SyncResult.Current(Worker _, List<Assignment> assignments) -> desired(assignments);
            case SyncResult.Superseded(Worker _) -> new SyncReply("superseded", List.of());
            case SyncResult.Unknown() ->
                throw new WorkerCallException(
                        ErrorCode.INVALID_API_KEY, "[worker] it was removed; let it join again with a new token");
        };
    }

    private SyncReply desired(List<Assignment> assignments) {
        List<SyncReply.Desired> desired = new ArrayList<>();
        StringBuilder version = new StringBuilder();
        for (Assignment assignment : assignments) {
            Step step = step(assignment);
            Long stack = stacks.latest(assignment.id());
            desired.add(new SyncReply.Desired(
                    assignment.id().value(), assignment.fence().value(), step, stack));
            version.append(assignment.id().value())
                    .append(assignment.fence().value())
                    .append(step)
                    .append(stack)
                    .append(';');
        }
        return new SyncReply(java.util.HexFormat.of().formatHex(WorkerAuth.sha256(version.toString()), 0, 12), desired);
    }

    private Step step(Assignment assignment) {
        if (assignment.stopping()) {
            return new Step(Long.MAX_VALUE, StepKind.STOP, null, false, false, false);
        }
        return step(runs.stepFor(assignment), assignment);
    }

    private static Step step(RunStep step, Assignment assignment) {
        return switch (step) {
            case RunStep.Prepare(long n) -> new Step(n, StepKind.PREPARE, null, false, false, false);
            case RunStep.Initialise(long n) -> new Step(n, StepKind.INITIALISE, null, false, false, false);
            case RunStep.Wait(long n) -> new Step(n, StepKind.WAIT, null, false, false, false);
            case RunStep.Train(long n, int round, int shard, boolean validate, boolean resend) ->
                new Step(n, StepKind.TRAIN, round, other(shard, assignment), validate, resend, false);
            case RunStep.Validate(long n, int model, int shard, boolean save) ->
                new Step(n, StepKind.VALIDATE, model, other(shard, assignment), true, false, save);
            case RunStep.Finish(long n) -> new Step(n, StepKind.FINISH, null, false, false, false);
            case RunStep.Stop(long n) -> new Step(n, StepKind.STOP, null, false, false, false);
        };
    }

    private static @Nullable Integer other(int shard, Assignment assignment) {
        return shard == assignment.shard() ? null : shard;
    }

    private static WorkerReport report(SyncRequest request) {
        return new WorkerReport(
                request.instanceId(),
                offer(request),
                request.freeMemoryMb(),
                Optional.ofNullable(request.slotFreeMemoryMb()),
                telemetry(request.telemetry()),
                request.assignments().stream().map(WorkerSync::held).toList());
    }

    private static WorkerOffer offer(SyncRequest request) {
        return new WorkerOffer(
                request.slots(),
                request.device(),
                request.model(),
                request.memoryMb(),
                request.labels(),
                Set.copyOf(request.datasets()),
                request.versions(),
                Set.of(),
                Set.of());
    }

    private static WorkerReport.Held held(SyncRequest.Held held) {
        FailureReport failure = held.failure();
        return new WorkerReport.Held(
                new AssignmentId(held.assignmentId()),
                new Fence(held.fence()),
                state(held.state()),
                held.lastStep(),
                held.lastLog(),
                held.phase(),
                held.validates(),
                failure == null ? null : failure(failure),
                failure != null && failure.loss(),
                held.silentSince());
    }

    private static AssignmentState state(String name) {
        for (AssignmentState state : AssignmentState.values()) {
            if (state.name().toLowerCase(Locale.ROOT).equals(name)) {
                return state;
            }
        }
        throw new WorkerCallException(
                ErrorCode.INVALID_REQUEST,
                "[assignments[].state] \"%s\" is not known; install the same release on server and worker"
                        .formatted(name));
    }

    private static Failure failure(FailureReport report) {
        return new Failure(
                report.reason().toString(),
                report.reason().category().toString(),
                report.reason().isRetriable(),
                report.message(),
                report.reason().remedy(),
                report.shard() == null ? null : Job.site(report.shard()));
    }

    private static @Nullable String telemetry(@Nullable Telemetry telemetry) {
        try {
            return telemetry == null ? null : Json.strict().writeValueAsString(telemetry);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and texts must be writable", e);
        }
    }
}
