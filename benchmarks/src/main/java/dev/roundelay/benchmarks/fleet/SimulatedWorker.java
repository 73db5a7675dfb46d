package dev.roundelay.benchmarks.fleet;

import dev.roundelay.contract.worker.RegisterReply;
import dev.roundelay.contract.worker.RegisterRequest;
import dev.roundelay.contract.worker.StepKind;
import dev.roundelay.contract.worker.SyncReply;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.contract.worker.Telemetry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A worker without Python: joins, keeps its one parked call as the agent's sync loop does, and holds attempts. One
/// thread owns all of its state, but for [#changed].
final class SimulatedWorker {
    private static final Duration BUSY_WAIT = Duration.ofSeconds(1);
    private static final Duration IDLE_WAIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_GRACE = Duration.ofSeconds(4);
    private static final Duration TELEMETRY = Duration.ofSeconds(2);
    private static final Map<String, String> VERSIONS =
            Map.of("agent", "simulated", "python", "3.11.2", "bubblewrap", "0.8.0");

    private final Fleet.Play play;
    private final String name;
    private final int slots;
    private final long memoryMb;
    private final String instanceId = UUID.randomUUID().toString();
    private final Map<String, Attempt> held = new LinkedHashMap<>();
    private final AtomicLong changes = new AtomicLong();
    private String secret = "";
    private @Nullable Connection connection;
    private volatile @Nullable Connection parked;
    private @Nullable String seen;
    private @Nullable Telemetry telemetry;
    private int failures;

    /// @param memoryMb that all slots share
    SimulatedWorker(Fleet.Play play, String name, int slots, long memoryMb) {
        this.play = play;
        this.name = name;
        this.slots = slots;
        this.memoryMb = memoryMb;
    }

    /// Joins with a token that joins many.
    void join(String token) throws InterruptedException, RefusedException, IOException {
        RegisterRequest join = new RegisterRequest(
                name, RegisterRequest.PROTOCOL, slots, "cpu", "cpu", memoryMb, Map.of(), List.of(), VERSIONS);
        try (Calls calls = new Calls(play.server(), play.measures())) {
            Request request = Request.of("register", "POST", "/worker/v1/register")
                    .with("Authorization", "Bearer " + token)
                    .with("Idempotency-Key", UUID.randomUUID().toString());
            secret = calls.untilAnswered(request.json(join))
                    .json(RegisterReply.class)
                    .secret();
        }
    }

    /// Syncs until interrupted.
    ///
    /// @param known called after the first answer
    void run(Runnable known) throws InterruptedException {
        // Workers that joined together have not been started together.
        Pauses.spread(IDLE_WAIT);
        try {
            do {
                runOnce();
            } while (seen == null);
            known.run();
            while (true) {
                runOnce();
            }
        } finally {
            held.values().forEach(Attempt::abandon);
        }
    }

    private void runOnce() throws InterruptedException {
        held.values().removeIf(Attempt::isForgotten);
        long change = changes.get();
        Map<String, SyncRequest.Held> reports = new LinkedHashMap<>();
        held.values().forEach(attempt -> reports.put(attempt.id(), attempt.report()));
        Duration wait = held.isEmpty() ? IDLE_WAIT : BUSY_WAIT;
        Connection call = null;
        try {
            call = connected();
            parked = call;
            if (changes.get() != change) {
                return;
            }
            Request request = request(wait, report(List.copyOf(reports.values())));
            long began = System.nanoTime();
            Answer answer = call.exchange(request, wait.plus(ANSWER_GRACE));
            long took = System.nanoTime() - began;
            parked = null;
            answered(answer, wait, took, reports);
        } catch (IOException e) {
            if (call == null || !call.isBrokenOff()) {
                unanswered(e.toString(), Duration.ZERO);
            }
        } finally {
            parked = null;
        }
    }

    private Request request(Duration wait, SyncRequest report) {
        return Request.of("sync", "POST", "/worker/v1/sync?wait=" + wait.toSeconds())
                .with("Authorization", "Bearer " + secret)
                .with("Accept", "application/json, application/octet-stream, application/problem+json")
                .json(report);
    }

    private Connection connected() throws IOException {
        Connection known = connection;
        if (known != null && known.isUsable()) {
            return known;
        }
        Connection fresh = Connection.open(play.server());
        connection = fresh;
        return fresh;
    }

    private void answered(Answer answer, Duration wait, long took, Map<String, SyncRequest.Held> reports)
            throws IOException, InterruptedException {
        if (!answer.isGood()) {
            unanswered(answer.status() + " " + answer.code(), answer.retryAfter());
            return;
        }
        SyncReply reply = answer.json(SyncReply.class);
        play.measures().replied(why(reply), seen == null ? took : Math.max(0, took - wait.toNanos()));
        failures = 0;
        seen = reply.version();
        carryOut(reply, reports);
    }

    private Measures.Reply why(SyncReply reply) {
        if (seen == null) {
            return Measures.Reply.AT_ONCE;
        }
        return reply.version().equals(seen) ? Measures.Reply.WAITED : Measures.Reply.NEWS;
    }

    private void unanswered(String why, Duration atLeast) throws InterruptedException {
        play.measures().failed("sync: " + why);
        seen = null;
        failures++;
        Pauses.backOff(Math.min(failures, 6), atLeast);
    }

    private void carryOut(SyncReply reply, Map<String, SyncRequest.Held> reports) {
        Map<String, SyncReply.Desired> desired = new LinkedHashMap<>();
        reply.assignments().forEach(wish -> desired.put(wish.assignmentId(), wish));
        for (Attempt attempt : List.copyOf(held.values())) {
            SyncReply.Desired wish = desired.get(attempt.id());
            if (wish == null) {
                letGo(attempt, reports.get(attempt.id()));
            } else if (!wish.fence().equals(attempt.fence())) {
                play.measures().lost("another fence");
                attempt.abandon();
                held.remove(attempt.id());
            }
        }
        for (SyncReply.Desired wish : desired.values()) {
            Attempt attempt = held.get(wish.assignmentId());
            if (attempt == null && wish.step().kind() != StepKind.STOP) {
                attempt = Attempt.start(wish, play, secret, this::changed);
                held.put(attempt.id(), attempt);
            }
            if (attempt != null) {
                attempt.desire(wish.step());
            }
        }
    }

    /// Ends an attempt that the server does not list; it is forgotten once the server has been told.
    private void letGo(Attempt attempt, SyncRequest.@Nullable Held told) {
        if (told != null && !told.state().equals("preparing") && !told.state().equals("ready")) {
            attempt.abandon();
            held.remove(attempt.id());
        } else if (!attempt.isOver()) {
            play.measures().lost("not listed");
            attempt.stop();
        }
    }

    /// Breaks the parked call off, so that the next one tells of a change. For any thread.
    private void changed() {
        changes.incrementAndGet();
        Connection call = parked;
        if (call != null) {
            call.breakOff();
        }
    }

    private SyncRequest report(List<SyncRequest.Held> reports) {
        return new SyncRequest(
                instanceId,
                RegisterRequest.PROTOCOL,
                slots,
                "cpu",
                "cpu",
                memoryMb,
                memoryMb,
                null,
                Map.of(),
                List.of(),
                VERSIONS,
                measured(),
                reports,
                seen);
    }

    private Telemetry measured() {
        Instant now = Instant.now();
        Telemetry known = telemetry;
        if (known != null && now.isBefore(known.time().plus(TELEMETRY))) {
            return known;
        }
        double load = ThreadLocalRandom.current().nextDouble();
        Telemetry fresh =
                new Telemetry(now, 100 * load, 4 * load, 4, memoryMb, memoryMb, 100_000, "bubblewrap", List.of(), null);
        telemetry = fresh;
        return fresh;
    }
}
