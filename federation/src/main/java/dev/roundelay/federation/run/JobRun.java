package dev.roundelay.federation.run;

import dev.roundelay.federation.ModelFile;
import dev.roundelay.federation.RoundNotKeptException;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.RunSpecs;
import dev.roundelay.federation.RunState;
import dev.roundelay.federation.RunStep;
import dev.roundelay.federation.StepListener;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.round.Round;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.KernelException;
import dev.roundelay.kernel.KernelView;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.storage.DiskGuard;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.quantization.Quantization;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One job's run: look at the persisted state, decide what is due, do it, wait for a signal. Everything that it keeps
/// in memory may be lost at any instant. [#loop] belongs to one thread; all other methods are safe for any thread and
/// never wait for the loop.
public final class JobRun {
    private static final Logger log = LoggerFactory.getLogger(JobRun.class);

    private final JobId id;
    private final Epoch epoch;
    private final RunSpecs specs;
    private final RunParts parts;
    private final StepListener listener;
    private final RunImage image = new RunImage();
    private final RunMemory memory;
    private final CodedModels coded;
    private final Signal signal = new Signal();
    private final Measurements measurements;
    private final Commits commits;
    private final Endings endings;
    private final Actions actions;
    private final Desk desk;
    private final Consumer<JobRun> atEnd;
    private volatile @Nullable RunSpec spec;
    private volatile boolean stopped;
    private int faults;
    private boolean waitsForDisk;

    /// Creates a run that has not begun.
    ///
    /// @param listener learns which workers have other steps than before
    /// @param atEnd    told once, when the job has ended and nothing is left to do
    public JobRun(
            JobId id, Epoch epoch, RunSpecs specs, RunParts parts, StepListener listener, Consumer<JobRun> atEnd) {
        this.id = id;
        this.epoch = epoch;
        this.specs = specs;
        this.parts = parts;
        this.listener = listener;
        this.memory = new RunMemory(parts.config(), parts.wall(), parts.nanos());
        this.coded = new CodedModels(id, parts.spool());
        this.measurements = new Measurements(id, epoch, parts);
        this.atEnd = atEnd;
        var outputs = new Outputs(id, epoch, parts);
        this.commits = new Commits(id, epoch, parts, outputs, measurements);
        this.endings = new Endings(id, parts, outputs);
        this.actions = new Actions(id, epoch, parts, this, outputs, endings);
        this.desk = new Desk(id, epoch, parts, outputs, this);
    }

    public JobId id() {
        return id;
    }

    /// Returns where workers of the job hand in what they send.
    public Desk desk() {
        return desk;
    }

    /// Runs until the job has ended or [#stop] is called.
    public void loop() {
        try {
            while (!stopped) {
                signal.await(pass());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends the loop at its next turn; nothing is written.
    public void stop() {
        stopped = true;
        signal.wake();
    }

    public boolean isStopped() {
        return stopped;
    }

    /// Makes the loop look again.
    public void wake() {
        signal.wake();
    }

    /// A site failed by its own fault and the job goes on: the shard that was at work there sits out the current round.
    public void siteFailed(Assignment failed, Failure why) {
        memory.sitOut(situation().map(now -> now.atWork(failed.shard())).orElse(failed.shard()), why);
        wake();
    }

    /// Returns what an assignment of the job is to do now.
    public RunStep stepFor(Assignment assignment) {
        return situation().map(now -> Steps.of(now, assignment)).orElseGet(() -> Steps.unknown(assignment));
    }

    /// Returns what an assignment is to do whose run is not at work here yet, or has ended.
    public static RunStep stepWithoutRun(Assignment assignment) {
        return Steps.unknown(assignment);
    }

    /// Tells whether an assignment works for a shard.
    public boolean holds(Assignment assignment, int shard) {
        return requireSpec().places().holds(assignment.shard(), shard);
    }

    /// Returns a kept global model, if the run knows it.
    public Optional<StoredModel> model(int number) {
        return image.find().map(state -> state.models().get(number));
    }

    /// Returns a model as it travels to the workers. One that cannot be encoded ends the job.
    ///
    /// @throws RoundNotKeptException then
    public ModelFile transferred(ModelFile model) throws IOException {
        Quantization how = requireSpec().quantization();
        if (how == null) {
            return model;
        }
        try {
            return coded.of(model, how);
        } catch (TensorFormatException e) {
            var _ = parts.kernel().failing(id, RunFailures.notEncodable(model.number(), e));
            throw new RoundNotKeptException(id, model.number());
        }
    }

    /// Does everything that is due and returns how long to rest if no signal comes.
    public Duration pass() {
        try {
            Duration rest = work();
            faults = 0;
            waitsForDisk = false;
            return rest;
        } catch (KernelException e) {
            return atKernelFault(e);
        } catch (IOException | RuntimeException e) {
            return atFault(e);
        }
    }

    private Duration work() throws IOException {
        while (!stopped) {
            RunSpec known = requireSpec();
            RunState state = requireState();
            memory.follow(state.round());
            measurements.record(state);
            Optional<Situation> now = situation(known, state);
            if (now.isEmpty()) {
                ended();
                return Duration.ZERO;
            }
            watch(now.get());
            Due due = NextStep.of(situation(known, state).orElse(now.get()));
            if (due instanceof Due.Rest(var atMost)) {
                return rest(atMost);
            }
            if (!actions.act(now.get(), due)) {
                return rest(parts.config().tick());
            }
        }
        return Duration.ZERO;
    }

    /// Keeps the clocks that depend on the situation.
    private void watch(Situation now) {
        if (now.job().is(JobPhase.FINALIZING)) {
            memory.finishBegins();
        }
        Round round = now.state().round();
        memory.look(round != null && now.closePolicy(round.number()).clockRuns(now.statuses(round.number())));
        if (round == null && now.newest() >= now.lastModel()) {
            memory.validationBegins();
        }
    }

    private void ended() throws IOException {
        stopped = true;
        atEnd.accept(this);
        parts.spool().deleteJob(id);
    }

    /// Returns the spec, read on first use.
    RunSpec requireSpec() {
        RunSpec known = spec;
        if (known == null) {
            known = specs.of(id);
            spec = known;
        }
        return known;
    }

    /// Returns the state, read if it is not known.
    RunState requireState() {
        return image.find().orElseGet(this::load);
    }

    /// Applies a committed change and makes the loop look at it.
    void apply(UnaryOperator<RunState> change) {
        image.apply(change);
        wake();
    }

    RunImage image() {
        return image;
    }

    RunMemory memory() {
        return memory;
    }

    Measurements measurements() {
        return measurements;
    }

    Commits commits() {
        return commits;
    }

    /// Tells the worker of an assignment that has taken one step of several that it has another now.
    void stepTaken(Assignment by) {
        if (requireSpec().places().areShared()) {
            listener.stepsChanged(Set.of(by.workerId()));
        }
    }

    private RunState load() {
        RunState state = image.load(() -> parts.store().load(id));
        measurements.loaded(state);
        commits.loaded();
        changed();
        return state;
    }

    Optional<Situation> situation() {
        RunSpec known = spec;
        Optional<RunState> state = image.find();
        return known == null || state.isEmpty() ? Optional.empty() : situation(known, state.get());
    }

    private Optional<Situation> situation(RunSpec known, RunState state) {
        KernelView view = parts.kernel().view();
        return view.job(id).map(job -> situation(job, view, known, state));
    }

    private Situation situation(Job job, KernelView view, RunSpec known, RunState state) {
        return new Situation(
                job,
                new TreeMap<>(view.image().current(id)),
                view.image().live(id),
                known,
                state,
                memory.sittingOut(),
                memory.trusted(),
                memory.times(known));
    }

    /// Tells the workers of the job that their steps may be others now.
    void changed() {
        Set<WorkerId> workers = new HashSet<>();
        parts.kernel().view().image().current(id).values().forEach(assignment -> workers.add(assignment.workerId()));
        listener.stepsChanged(workers);
    }

    private Duration rest(@Nullable Duration atMost) {
        Duration tick = parts.config().tick();
        return atMost == null || atMost.compareTo(tick) > 0 ? tick : atMost;
    }

    private Duration atKernelFault(KernelException e) {
        switch (e.fault()) {
            case STALE_EPOCH, NOT_ACTIVE -> stopped = true;
            case STORE_UNAVAILABLE -> image.forget();
        }
        return parts.config().retry();
    }

    /// The state is read anew and the same thing is tried again: a disk may be full for a while. It ends in a state
    /// nevertheless.
    private Duration atFault(Exception e) {
        if (DiskGuard.isExhausted(e)) {
            // Nobody's fault, and nothing is lost by waiting: what was begun is done again once there is room.
            if (!waitsForDisk) {
                log.warn("[{}] the disk is full; the job waits until there is room: {}", id, e.getMessage());
            }
            waitsForDisk = true;
            image.forget();
            return parts.config().retry();
        }
        faults++;
        log.warn("[{}] fault {} in a row of the run", id, faults, e);
        image.forget();
        if (faults >= parts.config().maxFaults()) {
            parts.kernel().view().job(id).ifPresent(job -> endings.giveUp(job, RunFailures.internal("job " + id, e)));
        }
        return parts.config().retry();
    }
}
