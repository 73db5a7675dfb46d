package dev.roundelay.worker.sync;

import dev.roundelay.contract.worker.Step;
import dev.roundelay.contract.worker.StepKind;
import dev.roundelay.contract.worker.SyncReply;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.worker.client.Backoff;
import dev.roundelay.worker.client.ParkedCall;
import dev.roundelay.worker.client.RefusedException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one parked call of a worker: tells what is held, makes it what is desired. Runs on one thread, which owns all of
/// its state.
public final class SyncLoop {
    private static final Logger LOG = LoggerFactory.getLogger(SyncLoop.class);
    private static final Duration BUSY_WAIT = Duration.ofSeconds(1);
    private static final Duration IDLE_WAIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_GRACE = Duration.ofSeconds(4);
    private static final Step STOP = new Step(Long.MAX_VALUE, StepKind.STOP, null, false, false, false);

    private final Map<String, HeldAssignment> held = new LinkedHashMap<>();
    private final Parts parts;
    private final Changes changes;
    private String instanceId = UUID.randomUUID().toString();
    private @Nullable String seen;
    private long lastAnswer;
    private int failures;

    /// What the loop is made of.
    ///
    /// @param calls           starts a parked call
    /// @param starter         takes up an attempt
    /// @param describe        makes the report around the held assignments
    /// @param nanos           a monotonic clock
    /// @param disconnectLimit how long attempts are kept without any answer
    /// @param onAnswer        told of each answer
    public record Parts(
            ParkedCalls calls,
            Starter starter,
            Describe describe,
            Backoff backoff,
            LongSupplier nanos,
            Duration disconnectLimit,
            Consumer<SyncReply> onAnswer) {}

    /// Starts parked calls.
    @FunctionalInterface
    public interface ParkedCalls {
        /// Starts one; it is broken off by its own method.
        ParkedCall start(SyncRequest request, Duration wait) throws IOException;
    }

    /// Takes up attempts.
    @FunctionalInterface
    public interface Starter {
        /// Takes up an attempt and returns at once.
        HeldAssignment start(String assignmentId, String fence);
    }

    /// Makes reports.
    @FunctionalInterface
    public interface Describe {
        /// Returns the whole report.
        SyncRequest report(String instanceId, List<SyncRequest.Held> held, @Nullable String seen);
    }

    /// Makes a loop.
    ///
    /// @param changes signalled by the attempts when they have something to tell
    public SyncLoop(Parts parts, Changes changes) {
        this.parts = parts;
        this.changes = changes;
        this.lastAnswer = parts.nanos().getAsLong();
    }

    /// Runs until interrupted or refused. Attempts are left as they are: [#abandonAll] ends them.
    ///
    /// @throws RefusedException if the server does not want this worker any more
    public void run() throws RefusedException, InterruptedException {
        while (true) {
            runOnce();
        }
    }

    /// Makes one call and carries out its answer.
    void runOnce() throws RefusedException, InterruptedException {
        held.values().removeIf(HeldAssignment::isForgotten);
        long change = changes.seen();
        Map<String, SyncRequest.Held> reports =
                held.values().stream().collect(Collectors.toMap(HeldAssignment::id, HeldAssignment::report));
        SyncRequest request = parts.describe().report(instanceId, List.copyOf(reports.values()), seen);
        Duration wait = held.isEmpty() ? IDLE_WAIT : BUSY_WAIT;
        try {
            ParkedCall call = parts.calls().start(request, wait);
            call.whenOver(changes::wake);
            if (changes.await(change, call::isOver, wait.plus(ANSWER_GRACE))) {
                answered(call.reply(), reports);
            } else {
                call.breakOff();
            }
        } catch (IOException e) {
            unanswered(e);
        }
    }

    private void answered(SyncReply reply, Map<String, SyncRequest.Held> reports) {
        if (failures > 0) {
            LOG.info("the server answers again");
        }
        failures = 0;
        lastAnswer = parts.nanos().getAsLong();
        seen = reply.version();
        carryOut(reply, reports);
        parts.onAnswer().accept(reply);
    }

    private void unanswered(IOException trouble) throws InterruptedException {
        seen = null;
        if (failures++ == 0) {
            LOG.warn("[sync] no answer ({}); going on with what is held", trouble.getMessage());
        }
        long silent = parts.nanos().getAsLong() - lastAnswer;
        if (!held.isEmpty() && silent > parts.disconnectLimit().toNanos()) {
            LOG.error(
                    "[sync] no answer for {} s; ending {} assignments, see --disconnect-limit",
                    silent / 1_000_000_000,
                    held.size());
            abandonAll();
            instanceId = UUID.randomUUID().toString();
        }
        parts.backoff().await(Math.min(failures, 6), Duration.ZERO);
    }

    private void carryOut(SyncReply reply, Map<String, SyncRequest.Held> reports) {
        Map<String, SyncReply.Desired> desired = new LinkedHashMap<>();
        reply.assignments().forEach(wish -> desired.put(wish.assignmentId(), wish));
        for (HeldAssignment assignment : List.copyOf(held.values())) {
            SyncReply.Desired wish = desired.get(assignment.id());
            if (wish == null) {
                letGo(assignment, reports.get(assignment.id()));
            } else if (!wish.fence().equals(assignment.fence())) {
                LOG.info("assignment {}: this attempt is over, another has begun", assignment.id());
                assignment.abandon();
                held.remove(assignment.id());
            }
        }
        for (SyncReply.Desired wish : desired.values()) {
            HeldAssignment assignment = held.get(wish.assignmentId());
            if (assignment == null && wish.step().kind() != StepKind.STOP) {
                assignment = parts.starter().start(wish.assignmentId(), wish.fence());
                held.put(assignment.id(), assignment);
            }
            if (assignment != null) {
                assignment.desire(wish.step());
                if (wish.stack() != null) {
                    assignment.showStack(wish.stack());
                }
            }
        }
    }

    /// Ends an attempt that the server does not list; once the server has been told of its end, it is forgotten.
    private void letGo(HeldAssignment assignment, SyncRequest.@Nullable Held told) {
        if (told != null && isEnd(told.state())) {
            assignment.abandon();
            held.remove(assignment.id());
        } else {
            assignment.desire(STOP);
        }
    }

    private static boolean isEnd(String state) {
        return state.equals("stopped") || state.equals("done") || state.equals("failed");
    }

    /// Ends every attempt at once.
    public void abandonAll() {
        held.values().forEach(HeldAssignment::abandon);
        held.clear();
        seen = null;
    }
}
