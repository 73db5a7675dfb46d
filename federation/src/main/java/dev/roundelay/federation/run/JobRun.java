package dev.roundelay.federation.run;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.FirstModel;
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
import dev.roundelay.kernel.Verdict;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.storage.QuotaExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
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
    private final Signal signal = new Signal();
    private final Measurements measurements;
    private final Outputs outputs;
    private final Commits commits;
    private final Endings endings;
    private final Desk desk;
    private volatile @Nullable RunSpec spec;
    private volatile boolean stopped;
    private int faults;

    public JobRun(JobId id, Epoch epoch, RunSpecs specs, RunParts parts, StepListener listener) {
        this.id = id;
        this.epoch = epoch;
        this.specs = specs;
        this.parts = parts;
        this.listener = listener;
        this.memory = new RunMemory(parts.config(), parts.wall(), parts.nanos());
        this.measurements = new Measurements(id, epoch, parts);
        this.outputs = new Outputs(id, epoch, parts);
        this.commits = new Commits(id, epoch, parts, outputs, measurements);
        this.endings = new Endings(id, parts, outputs);
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

    /// A site failed by its own fault and the job goes on: it sits out the current round.
    public void siteFailed(int shard, Failure why) {
        memory.sitOut(shard, why);
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

    /// Returns a kept global model, if the run knows it.
    public Optional<StoredModel> model(int number) {
        return image.find().map(state -> state.models().get(number));
    }

    /// Does everything that is due and returns how long to rest if no signal comes.
    public Duration pass() {
        try {
            Duration rest = work();
            faults = 0;
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
            if (!act(now.get(), due)) {
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
        if (round == null && now.newest() >= now.spec().lastModel()) {
            memory.validationBegins();
        }
    }

    /// Returns false if another look right away would decide the same.
    private boolean act(Situation now, Due due) throws IOException {
        return switch (due) {
            case Due.Rest _ -> false;
            case Due.Inherit() -> inherit(now);
            case Due.Start() -> applied(parts.kernel().start(id));
            case Due.OpenRound(var number) ->
                open(Round.open(number, parts.wall().instant()));
            case Due.CheckSpool(var round, var untrusted) -> checkSpool(round, untrusted);
            case Due.CloseRound(var round) -> close(round);
            case Due.LeaveOut(var round, var shard) -> leaveOut(now, round, shard);
            case Due.Aggregate(var round, var members) -> commit(claim(now), round, members);
            case Due.Wrap() -> wrap(now);
            case Due.Finish() -> applied(endings.finish(claim(now)));
            case Due.Failing(var failure) -> applied(parts.kernel().failing(id, failure));
            case Due.EndFailed(var failure) -> applied(endings.fail(claim(now), failure));
            case Due.EndCancelled() -> applied(endings.cancel(claim(now)));
        };
    }

    /// Makes the output folders of the slug this job's before it writes the first output.
    private Situation claim(Situation now) {
        if (!now.state().outputsClaimed()) {
            outputs.claim(now.job());
            image.apply(RunState::withOutputsClaimed);
        }
        return now;
    }

    private boolean inherit(Situation now) {
        RunSpec.Origin origin = Objects.requireNonNull(now.spec().origin(), "only a run with an origin inherits");
        StoredModel model = parts.store().load(origin.job()).models().get(origin.model());
        if (model == null) {
            return applied(parts.kernel().failing(id, RunFailures.originGone(origin)));
        }
        try {
            FirstModel first = outputs.firstModel(now.job(), model);
            parts.store().inheritFirstModel(epoch, id, first);
        } catch (QuotaExceededException e) {
            return applied(parts.kernel().failing(id, RunFailures.doesNotFit("first weights", e)));
        }
        image.apply(state -> state.withModel(model));
        return true;
    }

    private boolean open(Round round) {
        parts.store().openRound(epoch, id, round, Notes.opened(round));
        image.apply(state -> state.withRound(round));
        changed();
        return true;
    }

    private boolean checkSpool(int round, List<Contribution> untrusted) throws IOException {
        for (Contribution contribution : untrusted) {
            boolean here = contribution.server().equals(parts.config().serverId());
            if (here && parts.spool().isIntact(contribution)) {
                memory.trust(contribution);
            } else {
                askAgain(round, contribution);
            }
        }
        return true;
    }

    private void askAgain(int round, Contribution lost) {
        log.info("[{}, round {}, shard {}] the accepted update is lost; asking for it again", id, round, lost.shard());
        parts.store().dropContribution(epoch, id, round, lost);
        image.apply(state -> state.withoutContribution(lost.shard()));
        changed();
    }

    private boolean close(int number) {
        var at = parts.wall().instant();
        SortedMap<Integer, Contribution> members =
                parts.store().closeRound(epoch, id, number, at, Notes.closed(number, at));
        image.apply(state -> {
            Round round = state.round();
            if (round == null || round.number() != number) {
                return state;
            }
            RunState closed = state.withRound(round.close(new TreeSet<>(members.keySet()), at));
            for (Contribution member : members.values()) {
                closed = closed.withContribution(number, member);
            }
            return closed;
        });
        return true;
    }

    private boolean leaveOut(Situation now, int number, int shard) {
        parts.store()
                .removeMember(
                        epoch,
                        id,
                        number,
                        shard,
                        Notes.leftOut(number, List.of(shard), parts.wall().instant()));
        image.apply(state ->
                state.round() == null ? state : state.withRound(state.round().without(shard)));
        log.info(
                "[{}, round {}, shard {}] is a member no longer: {}",
                id,
                number,
                shard,
                now.sittingOut().get(shard));
        return true;
    }

    private boolean commit(Situation now, Round round, List<Contribution> members) throws IOException {
        return switch (commits.commit(now, round, members)) {
            case Commits.Result.Committed(var made, var dropped, var next) -> {
                image.apply(state -> state.withCommit(made, dropped, next));
                memory.follow(next);
                changed();
                commits.afterCommit(now, round);
                yield true;
            }
            case Commits.Result.Lost(var contribution) -> {
                askAgain(round.number(), contribution);
                yield true;
            }
            case Commits.Result.Failed(var failure) -> applied(parts.kernel().failing(id, failure));
        };
    }

    private boolean wrap(Situation now) throws IOException {
        boolean applied = applied(parts.kernel().finalizing(id));
        if (applied) {
            changed();
            endings.prepare(now);
        }
        return applied;
    }

    private boolean applied(Verdict verdict) {
        if (verdict instanceof Verdict.Rejected(var reason)) {
            log.debug("[{}] the kernel rejects: {}", id, reason);
        }
        return verdict.isApplied();
    }

    private void ended() throws IOException {
        stopped = true;
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

    RunMemory memory() {
        return memory;
    }

    Measurements measurements() {
        return measurements;
    }

    Commits commits() {
        return commits;
    }

    private RunState load() {
        RunState state = image.load(() -> parts.store().load(id));
        measurements.loaded(state);
        commits.loaded();
        changed();
        return state;
    }

    private Optional<Situation> situation() {
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
    private void changed() {
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
        faults++;
        log.warn("[{}] fault {} in a row of the run", id, faults, e);
        image.forget();
        if (faults >= parts.config().maxFaults()) {
            endings.giveUp(RunFailures.internal("job " + id, e));
        }
        return parts.config().retry();
    }
}
