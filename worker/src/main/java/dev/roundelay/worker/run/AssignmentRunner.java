package dev.roundelay.worker.run;

import dev.roundelay.contract.worker.AssignmentPlan;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.contract.worker.Step;
import dev.roundelay.contract.worker.StepKind;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.worker.client.AssignmentClient;
import dev.roundelay.worker.client.RefusedException;
import dev.roundelay.worker.environment.EnvironmentException;
import dev.roundelay.worker.harness.Description;
import dev.roundelay.worker.harness.HarnessException;
import dev.roundelay.worker.harness.JobFolders;
import dev.roundelay.worker.logs.LogPump;
import dev.roundelay.worker.sync.HeldAssignment;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One attempt at an assignment on a virtual thread of its own: waits for steps, carries them out, ends.
///
/// Whatever ends it, the harness is gone before that is reported, and the folder goes with it.
public final class AssignmentRunner implements HeldAssignment {
    private static final Logger LOG = LoggerFactory.getLogger(AssignmentRunner.class);
    private static final Duration LAST_LINES = Duration.ofSeconds(3);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Workshop shop;
    private final String id;
    private final String fence;
    private final AssignmentClient client;
    private final LogPump log;
    private final JobFolders folders;
    private final Thread thread;
    private final LifeSigns signs;
    private Life life = Life.PREPARING;
    private Wish wish = Wish.NONE;
    private boolean forgotten;
    private String phase = "waiting for a slot";
    private @Nullable Step desired;
    private long lastStep;
    private @Nullable Boolean validates;
    private @Nullable FailureReport failure;
    private @Nullable FailureReport harnessEnd;

    /// Makes a runner; [#start] starts it.
    public AssignmentRunner(Workshop shop, String id, String fence) throws IOException {
        this.shop = shop;
        this.id = id;
        this.fence = fence;
        this.client = shop.calls().assignment(id, fence);
        Files.createDirectories(shop.attempts());
        this.folders = new JobFolders(Files.createTempDirectory(shop.attempts(), "attempt-"));
        this.log = new LogPump(
                client::postEvents,
                folders.root().resolveSibling(folders.root().getFileName() + ".events"),
                shop.config().limits().logMb() * 1_000_000,
                shop.clock(),
                this::refused);
        this.signs = new LifeSigns(log, shop.clock());
        this.thread = Thread.ofVirtual().name("assignment-" + id).unstarted(this::run);
    }

    /// Starts the attempt.
    public AssignmentRunner start() {
        log.start();
        thread.start();
        return this;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String fence() {
        return fence;
    }

    @Override
    public SyncRequest.Held report() {
        lock.lock();
        try {
            return new SyncRequest.Held(
                    id,
                    fence,
                    life.name().toLowerCase(Locale.ROOT),
                    lastStep,
                    log.last(),
                    phase,
                    life == Life.READY ? validates : null,
                    failure,
                    signs.silentSince(life == Life.READY && !phase.equals("ready")));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void desire(Step step) {
        lock.lock();
        try {
            if (step.kind() == StepKind.STOP) {
                end(Wish.STOP);
            } else if (desired == null || step.number() > desired.number()) {
                desired = step;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void showStack(long number) {
        lock.lock();
        try {
            if (life == Life.PREPARING || life == Life.READY) {
                signs.showStack(number, phase);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void abandon() {
        lock.lock();
        try {
            forgotten = true;
            end(Wish.ABANDON);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isForgotten() {
        lock.lock();
        try {
            return forgotten;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until every process is gone and the folder is removed.
    public void awaitEnd(Duration atMost) throws InterruptedException {
        thread.join(atMost);
    }

    /// Returns whether nothing of the attempt is left.
    public boolean isOver() {
        return !thread.isAlive();
    }

    private void end(Wish stronger) {
        if (life == Life.FAILED) {
            life = Life.STOPPED;
            failure = null;
            shop.changes().signal();
        }
        if (stronger.compareTo(wish) > 0) {
            wish = stronger;
            thread.interrupt();
            changed.signalAll();
        }
    }

    /// Another thread of this attempt was refused: if the attempt is no longer ours, nothing more is told of it.
    private void refused(RefusedException e) {
        if (e.endsAssignment()) {
            LOG.info("assignment {} is no longer this worker's: {}", id, e.getMessage());
            abandon();
            shop.changes().signal();
        }
    }

    private void run() {
        try {
            work();
        } catch (InterruptedException _) {
            // Ended while it waited for a slot.
        } finally {
            finishLife(Life.STOPPED, null);
            awaitRelease();
            log.close();
            Trees.remove(folders.root());
        }
    }

    private void work() throws InterruptedException {
        try {
            AssignmentPlan plan = client.plan();
            Slots.Slot slot = shop.slots().take(plan.limits().getOrDefault(AssignmentPlan.GPU_MEMORY_MB, 0L));
            try {
                workIn(slot, plan, shop.jobs().enter(plan.jobId()));
            } finally {
                shop.slots().release(slot);
            }
        } catch (RefusedException | IOException e) {
            fail(e, id, null);
        }
    }

    private void workIn(Slots.Slot slot, AssignmentPlan plan, SharedJob shared) throws InterruptedException {
        RanRecord record = new RanRecord(shop.ran(), plan, shop.clock());
        record.started();
        Attempt attempt = new Attempt(
                shop, new Attempt.Assigned(plan, client, slot, shared, folders, log, this::enterPhase, this::refused));
        try {
            Description description = attempt.prepare();
            var _ = attempt.ended().thenAccept(this::harnessEnded);
            ready(attempt, description.validates());
            while (true) {
                Step step = nextStep();
                attempt.carryOut(step);
                if (step.kind() == StepKind.FINISH) {
                    break;
                }
                completed(step);
            }
            attempt.close();
            log.conclude();
            while (!log.flush(Duration.ofMinutes(1))) {
                // The end of a log is part of the job: as long as it takes, until an interruption.
            }
            finishLife(Life.DONE, null);
        } catch (RefusedException | IOException | HarnessException | EnvironmentException | RuntimeException e) {
            Thread.interrupted();
            endHarness(attempt);
            shop.slots().judge(slot, e);
            fail(e, plan.site(), attempt.atWork());
        } catch (InterruptedException _) {
            endHarness(attempt);
            finishLife(Life.STOPPED, null);
        } finally {
            attempt.close();
            Trees.remove(folders.root());
            shop.jobs().leave(plan.jobId());
            record.ended(attempt.bytesSent(), report().state());
        }
    }

    private void endHarness(Attempt attempt) {
        if (wishNow() == Wish.STOP) {
            attempt.stop();
        }
        attempt.close();
    }

    private void fail(Exception e, String site, @Nullable Integer shard) {
        if (e instanceof RefusedException refused && refused.endsAssignment()) {
            refused(refused);
        }
        if (wishNow() != Wish.NONE) {
            finishLife(Life.STOPPED, null);
            return;
        }
        FailureReport report = Failures.of(e, site).of(shard);
        LOG.info("assignment {} failed: {} {}", id, report.reason(), report.message());
        if (!(e instanceof HarnessException || e instanceof EnvironmentException)) {
            LOG.warn("assignment {} failed", id, e);
        }
        log.worker("error", report.round(), report.message());
        log.conclude();
        try {
            if (!log.flush(LAST_LINES)) {
                LOG.info("assignment {}: its last lines are still on their way", id);
            }
        } catch (InterruptedException _) {
            LOG.debug("assignment {} was ended while its last lines were sent", id);
        }
        if (wishNow() == Wish.NONE) {
            finishLife(Life.FAILED, report);
        }
    }

    /// Waits until the server has been told of the end and lets the attempt go: till then lines are still sent.
    private void awaitRelease() {
        Thread.interrupted();
        lock.lock();
        try {
            while (!forgotten) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void harnessEnded(FailureReport report) {
        lock.lock();
        try {
            harnessEnd = report;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits for a step that was not carried out yet.
    ///
    /// @throws HarnessException if the harness ends while it has nothing to do
    private Step nextStep() throws InterruptedException, HarnessException {
        lock.lock();
        try {
            while (true) {
                if (wish != Wish.NONE) {
                    throw new InterruptedException();
                }
                if (harnessEnd != null) {
                    throw new HarnessException(harnessEnd);
                }
                if (desired != null && desired.number() > lastStep) {
                    return desired;
                }
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private Wish wishNow() {
        lock.lock();
        try {
            return wish;
        } finally {
            lock.unlock();
        }
    }

    private void enterPhase(String now) {
        lock.lock();
        try {
            phase = now;
        } finally {
            lock.unlock();
        }
    }

    private void ready(Attempt prepared, boolean hasValidation) {
        lock.lock();
        try {
            signs.ready(prepared);
            life = Life.READY;
            phase = "ready";
            validates = hasValidation;
        } finally {
            lock.unlock();
        }
        shop.changes().signal();
    }

    private void completed(Step step) {
        lock.lock();
        try {
            lastStep = step.number();
            phase = "ready";
        } finally {
            lock.unlock();
        }
    }

    /// Moves to an end; the first one counts, but `stop` turns a failure into `stopped`.
    private void finishLife(Life end, @Nullable FailureReport report) {
        lock.lock();
        try {
            if (life == Life.PREPARING || life == Life.READY) {
                life = end;
                failure = report;
                phase = end.name().toLowerCase(Locale.ROOT);
                if (end == Life.DONE && desired != null) {
                    lastStep = desired.number();
                }
            }
        } finally {
            lock.unlock();
        }
        shop.changes().signal();
    }
}
