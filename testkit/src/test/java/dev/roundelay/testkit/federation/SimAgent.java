package dev.roundelay.testkit.federation;

import dev.roundelay.federation.Acceptance;
import dev.roundelay.federation.Holder;
import dev.roundelay.federation.ReceivedBody;
import dev.roundelay.federation.RoundNotKeptException;
import dev.roundelay.federation.RunStep;
import dev.roundelay.federation.UpdateMeta;
import dev.roundelay.kernel.SyncResult;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.journal.Author;
import dev.roundelay.kernel.journal.Report;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerOffer;
import dev.roundelay.kernel.worker.WorkerReport;
import dev.roundelay.storage.Blob;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// A worker that behaves as the protocol says: it syncs, does the step that it is told, and repeats what was not
/// answered.
final class SimAgent {
    /// Says what becomes of a message.
    interface Network {
        Fate next();
    }

    /// What becomes of a message and its answer.
    enum Fate {
        DELIVERED,
        LOST,
        ANSWER_LOST,
        DOUBLED
    }

    /// The network between agent and server did not bring an answer.
    static final class NoAnswer extends IOException {
        private static final long serialVersionUID = 1;
    }

    private static final class Holding {
        final Assignment assignment;
        AssignmentState state = AssignmentState.PREPARING;
        long lastStep;

        @Nullable
        Failure failure;

        final List<Report> written = new ArrayList<>();
        long acknowledged;

        Holding(Assignment assignment) {
            this.assignment = assignment;
        }

        Holder from(int shard) {
            return new Holder(assignment.id(), assignment.fence(), shard);
        }
    }

    final WorkerId id;
    final String name;
    private final SimWorld world;
    private final WorkerOffer offer;
    private final Map<AssignmentId, Holding> holdings = new LinkedHashMap<>();
    private int life = 1;
    Network network = () -> Fate.DELIVERED;
    boolean away;
    boolean validates = true;
    boolean validationFails;
    boolean emptyFirstModel;
    boolean writesFiles;
    boolean delaysSaving;
    Map<String, Double> metrics = Map.of("loss", 0.5);
    /// Shards and rounds that this agent does not train yet.
    BiPredicate<Integer, Integer> holdsBack = (shard, round) -> false;
    /// Shards and rounds whose training raises.
    BiPredicate<Integer, Integer> raises = (shard, round) -> false;
    /// Shards and rounds for which the update has a wrong name.
    BiPredicate<Integer, Integer> misnames = (shard, round) -> false;

    SimAgent(SimWorld world, WorkerId id, String name, WorkerOffer offer) {
        this.world = world;
        this.id = id;
        this.name = name;
        this.offer = offer;
    }

    /// The agent is killed and started again: it adopts nothing.
    void restart() {
        life++;
        holdings.clear();
    }

    List<AssignmentId> held() {
        return List.copyOf(holdings.keySet());
    }

    void tick() throws IOException {
        if (away) {
            return;
        }
        try {
            sync();
        } catch (NoAnswer e) {
            // No answer is not a refusal: everything goes on, and is said again at the next tick.
        }
    }

    private void sync() throws IOException {
        var held = holdings.values().stream().map(this::report).toList();
        var report = new WorkerReport("life-" + life, offer, 8_000, null, held);
        if (!(call(() -> world.kernel.sync(id, report)) instanceof SyncResult.Current(var worker, var assignments))) {
            holdings.clear();
            return;
        }
        holdings.keySet().retainAll(assignments.stream().map(Assignment::id).toList());
        for (Assignment assignment : assignments) {
            Holding holding = holdings.computeIfAbsent(assignment.id(), _ -> new Holding(assignment));
            try {
                step(holding, world.runs.stepFor(assignment));
            } catch (NoAnswer e) {
                continue;
            }
        }
    }

    private void step(Holding holding, RunStep step) throws IOException {
        switch (step) {
            case RunStep.Prepare _ -> {
                if (holding.state == AssignmentState.PREPARING) {
                    holding.state = AssignmentState.READY;
                }
            }
            case RunStep.Wait _ -> {}
            case RunStep.Initialise(var number) -> initialise(holding, number);
            case RunStep.Train train -> train(holding, train);
            case RunStep.Validate(var number, var model, var shard, var save) -> {
                if (save && delaysSaving) {
                    return;
                }
                if (save) {
                    save(holding, shard, model);
                }
                validate(holding, shard, model);
                holding.lastStep = number;
            }
            case RunStep.Finish(var number) -> {
                log(holding, "finished", null);
                flush(holding);
                holding.state = AssignmentState.DONE;
                holding.lastStep = number;
            }
            case RunStep.Stop _ -> holding.state = AssignmentState.STOPPED;
        }
    }

    private void initialise(Holding holding, long number) throws IOException {
        Path file = world.runs.newFirstModelFile();
        if (emptyFirstModel) {
            Tensors.writeEmpty(file);
        } else {
            Tensors.write(file, 0.5f, -1.25f, 3f);
        }
        Acceptance _ =
                call(() -> world.runs.acceptFirstModel(holding.from(holding.assignment.shard()), body(copyOf(file))));
        Files.deleteIfExists(file);
        holding.lastStep = number;
    }

    private void train(Holding holding, RunStep.Train step) throws IOException {
        int shard = step.shard();
        if (step.number() == holding.lastStep || holdsBack.test(shard, step.round())) {
            return;
        }
        if (step.validate()) {
            validate(holding, shard, step.round());
        }
        if (raises.test(shard, step.round())) {
            holding.state = AssignmentState.FAILED;
            holding.failure =
                    new Failure("train_raised", "user", false, "ValueError: no", "fix it", holding.assignment.site());
            return;
        }
        log(holding, "training", step.round());
        flush(holding);
        Optional<float[]> weights = model(holding, step.round());
        if (weights.isEmpty()) {
            return;
        }
        float[] trained = Tensors.trained(weights.get(), shard, step.round());
        if (writesFiles) {
            stage(holding, shard, step.round());
        }
        Acceptance answer = call(() -> {
            Path file = world.runs.newUpdateFile(holding.assignment, step.round());
            Tensors.write(file, misnames.test(shard, step.round()) ? "other" : "w", trained);
            var meta = new UpdateMeta(10 + shard, metrics, 0.5);
            return world.runs.acceptUpdate(holding.from(shard), step.round(), body(file), meta);
        });
        switch (answer) {
            case Acceptance.Accepted _, Acceptance.AlreadyAccepted _ -> holding.lastStep = step.number();
            case Acceptance.Invalid(var failure) -> {
                holding.state = AssignmentState.FAILED;
                holding.failure = failure;
            }
            case Acceptance.StaleFence _, Acceptance.RoundClosed _, Acceptance.Damaged _ -> {}
        }
    }

    private Optional<float[]> model(Holding holding, int round) throws IOException {
        try {
            Path file = call(() -> world.runs.model(holding.assignment.jobId(), round))
                    .path();
            return Optional.of(emptyFirstModel && round == 0 ? new float[] {0.5f, -1.25f, 3f} : Tensors.read(file));
        } catch (RoundNotKeptException e) {
            return Optional.empty();
        }
    }

    /// Sends the update of a round that is past, as an agent does that was slow.
    void sendLate(int round) throws IOException {
        for (Holding holding : holdings.values()) {
            var _ = world.runs.refusal(holding.from(holding.assignment.shard()), round);
        }
    }

    private void stage(Holding holding, int shard, int round) throws IOException {
        byte[] content = "shard %d round %d".formatted(shard, round).getBytes(StandardCharsets.UTF_8);
        Blob blob = world.blobs.put(new ByteArrayInputStream(content));
        Acceptance _ = call(() -> world.runs.stageFile(holding.from(shard), round, "plots/loss.txt", blob));
    }

    private void save(Holding holding, int shard, int model) throws IOException {
        byte[] content = ("model " + model).getBytes(StandardCharsets.UTF_8);
        Blob blob = world.blobs.put(new ByteArrayInputStream(content));
        Acceptance _ = call(() -> world.runs.stageFile(holding.from(shard), model, "GLOBAL_MODEL.pt", blob));
    }

    private void validate(Holding holding, int shard, int model) throws IOException {
        if (validationFails) {
            return;
        }
        Acceptance _ = call(() -> world.runs.acceptValidation(
                holding.from(shard), model, Map.of("accuracy", model / 10.0 + shard), 5, 0.1));
    }

    private void log(Holding holding, String message, @Nullable Integer round) {
        long n = holding.written.size() + 1L;
        holding.written.add(new Report.Log(n, world.clock.instant(), "user", "info", round, n + " " + message));
    }

    /// Sends every line that is not acknowledged, those of an unanswered call again.
    private void flush(Holding holding) throws IOException {
        var author = new Author(holding.assignment.id(), holding.assignment.site(), holding.assignment.attempt());
        List<Report> pending = List.copyOf(holding.written.subList((int) holding.acknowledged, holding.written.size()));
        holding.acknowledged =
                call(() -> world.journal.append(world.epoch, holding.assignment.jobId(), author, pending));
    }

    private Path copyOf(Path file) throws IOException {
        Path copy = world.runs.newFirstModelFile();
        Files.copy(file, copy);
        return copy;
    }

    private static ReceivedBody body(Path file) throws IOException {
        long crc = Tensors.crc32c(file);
        return new ReceivedBody(file, Files.size(file), crc, crc);
    }

    private WorkerReport.Held report(Holding holding) {
        return new WorkerReport.Held(
                holding.assignment.id(),
                holding.assignment.fence(),
                holding.state,
                holding.lastStep,
                holding.written.size(),
                null,
                validates,
                holding.failure,
                false,
                null);
    }

    private interface Message<T> {
        T send() throws IOException;
    }

    private <T> T call(Message<T> message) throws IOException {
        return switch (network.next()) {
            case DELIVERED -> message.send();
            case DOUBLED -> {
                message.send();
                yield message.send();
            }
            case LOST -> throw new NoAnswer();
            case ANSWER_LOST -> {
                message.send();
                throw new NoAnswer();
            }
        };
    }
}
