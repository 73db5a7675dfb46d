package dev.roundelay.benchmarks.fleet;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.AssignmentPlan;
import dev.roundelay.contract.worker.Events;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.contract.worker.Step;
import dev.roundelay.contract.worker.StepKind;
import dev.roundelay.contract.worker.SyncReply;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.contract.worker.ValidationReport;
import dev.roundelay.contract.worker.WorkerHeaders;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An assignment that a simulated worker holds: one thread that carries its steps out. Nothing is kept of what it has
/// sent; a resend makes the same bytes again.
///
/// The public side is for the worker's sync loop and thread-safe.
final class Attempt {
    private final String id;
    private final String fence;
    private final Fleet.Play play;
    private final String secret;
    private final Runnable changed;
    private final Thread thread;
    private String state = "preparing";
    private long lastStep;
    private long lastLog;
    private long wished;
    private boolean stopWanted;
    private @Nullable Step wish;
    private @Nullable FailureReport failure;
    private volatile boolean forgotten;

    private Attempt(SyncReply.Desired desired, Fleet.Play play, String secret, Runnable changed) {
        this.id = desired.assignmentId();
        this.fence = desired.fence();
        this.play = play;
        this.secret = secret;
        this.changed = changed;
        this.thread = Thread.ofVirtual().name("attempt-" + id).unstarted(this::run);
    }

    /// Takes an assignment up.
    ///
    /// @param changed called when there is something that the server should hear of at once
    static Attempt start(SyncReply.Desired desired, Fleet.Play play, String secret, Runnable changed) {
        Attempt attempt = new Attempt(desired, play, secret, changed);
        attempt.thread.start();
        return attempt;
    }

    String id() {
        return id;
    }

    String fence() {
        return fence;
    }

    /// Returns whether the server has said that it knows the attempt no more.
    boolean isForgotten() {
        return forgotten;
    }

    /// Returns whether it was told to stop, or has ended by itself.
    synchronized boolean isOver() {
        return stopWanted || !(state.equals("preparing") || state.equals("ready"));
    }

    synchronized SyncRequest.Held report() {
        boolean ready = state.equals("ready");
        return new SyncRequest.Held(
                id, fence, state, lastStep, lastLog, ready ? "training" : state, ready ? true : null, failure, null);
    }

    /// Says what it is to do; a repeated or older number changes nothing.
    synchronized void desire(Step step) {
        if (step.number() <= wished) {
            return;
        }
        wished = step.number();
        if (step.kind() == StepKind.STOP) {
            stop();
        } else {
            wish = step;
            notifyAll();
        }
    }

    /// Ends it because it is to stop; its next report says so.
    synchronized void stop() {
        stopWanted = true;
        state = "stopped";
        thread.interrupt();
        changed.run();
    }

    /// Ends it without a further word.
    void abandon() {
        thread.interrupt();
    }

    private void run() {
        try (Calls calls = new Calls(play.server(), play.measures())) {
            AssignmentPlan plan =
                    calls.untilAnswered(request("plan", "GET", "")).json(AssignmentPlan.class);
            Pauses.about(play.preparing());
            become("ready");
            Step step;
            do {
                step = next();
                carryOut(calls, plan, step);
                completed(step);
            } while (step.kind() != StepKind.FINISH);
            become("done");
        } catch (RefusedException e) {
            refused(e);
        } catch (IOException e) {
            play.measures().failed("answer: " + e);
            fail(String.valueOf(e.getMessage()));
        } catch (InterruptedException _) {
            // Stopped or abandoned.
        }
    }

    private void carryOut(Calls calls, AssignmentPlan plan, Step step) throws InterruptedException, RefusedException {
        play.measures().counted(step.kind() + (step.resend() ? " again" : ""));
        switch (step.kind()) {
            case PREPARE, WAIT, FINISH, STOP -> {}
            case INITIALISE -> put(calls, "/models/0", SimulatedModel.of(play.kilobytes(), plan.seed(), Map.of()));
            case TRAIN -> train(calls, plan, step);
            case VALIDATE -> {
                fetch(calls, round(step));
                validate(calls, round(step));
            }
        }
    }

    private void train(Calls calls, AssignmentPlan plan, Step step) throws InterruptedException, RefusedException {
        int round = round(step);
        fetch(calls, round);
        if (step.validate()) {
            validate(calls, round);
        }
        Pauses.about(play.training());
        log(calls, round);
        long seed = (plan.seed() * 1_000_003 + plan.shard()) * 1_000_003 + round;
        Map<String, String> metadata = Map.of(
                "samples", "1",
                "metrics", "{\"loss\":0.5}",
                "seconds", "1.0",
                "round", Integer.toString(round),
                "site", plan.site());
        put(calls, "/updates/" + round, SimulatedModel.of(play.kilobytes(), seed, metadata));
    }

    private void fetch(Calls calls, int round) throws InterruptedException, RefusedException {
        if (!play.fetchesModels()) {
            return;
        }
        try {
            calls.untilAnswered(request("model", "GET", "/models/" + round));
        } catch (RefusedException e) {
            if (!e.isGone()) {
                throw e;
            }
        }
    }

    private void validate(Calls calls, int round) throws InterruptedException, RefusedException {
        ValidationReport report = new ValidationReport(Map.of("accuracy", 0.5), 1, 0.1);
        settle(calls, request("validation", "PUT", "/validations/" + round).json(report));
    }

    private void log(Calls calls, int round) throws InterruptedException, RefusedException {
        long number = nextLog();
        Events.Line line = new Events.Line(number, Instant.now(), "user", "INFO", round, "trained");
        calls.untilAnswered(request("events", "POST", "/events").json(new Events(List.of(line), List.of(), List.of())));
    }

    private synchronized long nextLog() {
        return ++lastLog;
    }

    private void put(Calls calls, String below, SimulatedModel model) throws InterruptedException, RefusedException {
        long began = System.nanoTime();
        settle(
                calls,
                request("update", "PUT", below)
                        .with(WorkerHeaders.CRC32C, model.crc32c())
                        .with("Content-Type", "application/octet-stream")
                        .body(model));
        play.measures().updated(System.nanoTime() - began);
    }

    /// Sends a result; one that came too late is dropped, as an agent does.
    private static void settle(Calls calls, Request request) throws InterruptedException, RefusedException {
        try {
            calls.untilAnswered(request);
        } catch (RefusedException e) {
            if (!e.isDropped()) {
                throw e;
            }
        }
    }

    private Request request(String what, String method, String below) {
        return Request.of(what, method, "/worker/v1/assignments/" + id + below)
                .with("Authorization", "Bearer " + secret)
                .with("Accept", "application/json, application/octet-stream, application/problem+json")
                .with(WorkerHeaders.FENCE, fence);
    }

    private static int round(Step step) {
        Integer round = step.round();
        if (round == null) {
            throw new IllegalStateException("[step %d] %s names no round".formatted(step.number(), step.kind()));
        }
        return round;
    }

    private synchronized Step next() throws InterruptedException {
        while (wish == null) {
            wait();
        }
        Step step = wish;
        wish = null;
        return step;
    }

    private synchronized void completed(Step step) {
        lastStep = step.number();
    }

    private synchronized void become(String next) {
        if (!stopWanted) {
            state = next;
            changed.run();
        }
    }

    private void refused(RefusedException refusal) {
        if (refusal.isStale()) {
            if (!isOver()) {
                play.measures().lost(refusal.reason());
            }
            forgotten = true;
        } else {
            fail(String.valueOf(refusal.getMessage()));
        }
    }

    private synchronized void fail(String message) {
        failure = new FailureReport(FailureReason.INTERNAL, message, null, null, false);
        become("failed");
    }
}
