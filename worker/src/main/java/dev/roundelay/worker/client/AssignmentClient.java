package dev.roundelay.worker.client;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.worker.AssignmentPlan;
import dev.roundelay.contract.worker.Events;
import dev.roundelay.contract.worker.EventsReply;
import dev.roundelay.contract.worker.ValidationReport;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The calls of one attempt. Each blocks until a server has answered, however long that takes; the caller interrupts
/// to give up. Thread-safe.
public final class AssignmentClient {
    private final Wire wire;
    private final Requests requests;

    AssignmentClient(Wire wire, Requests requests) {
        this.wire = wire;
        this.requests = requests;
    }

    /// Returns the calls that are about one of the assignment's shards.
    ///
    /// @param shard null where it has only one
    public AssignmentClient of(@Nullable Integer shard) {
        return shard == null ? this : new AssignmentClient(wire, requests.of(shard));
    }

    /// How the server took a result.
    public sealed interface Taken {
        /// It counts, or counted before.
        record Accepted() implements Taken {}

        /// It came too late and was dropped.
        record TooLate() implements Taken {}

        /// It is of no use; `message` says why. The server has seen the failure.
        record Invalid(String message) implements Taken {}
    }

    /// Fetches the plan.
    public AssignmentPlan plan() throws IOException, RefusedException, InterruptedException {
        Answer answer = control("", builder -> builder.GET());
        return answer.json(AssignmentPlan.class);
    }

    /// Fetches a file of the snapshot to a path that does not exist yet.
    public void fetchInput(AssignmentPlan.Input input, Path target)
            throws IOException, RefusedException, InterruptedException {
        new Download(wire, requests, "/inputs/" + Requests.segment(input.blob()), target)
                .input(input.sizeBytes(), input.sha256());
    }

    /// Fetches global model `round` to a path that does not exist yet.
    public void fetchModel(int round, Path target) throws IOException, RefusedException, InterruptedException {
        new Download(wire, requests, "/models/" + round, target).model();
    }

    /// Fetches what this site adds to its gradients in a round to a path that does not exist yet.
    ///
    /// @return false if that is zero everywhere; nothing is written then
    public boolean fetchCorrection(int round, Path target) throws IOException, RefusedException, InterruptedException {
        return new Download(wire, requests, "/corrections/" + round, target).ifAny();
    }

    /// Sends the first weights.
    public Taken putModel0(Path file, String crc) throws IOException, RefusedException, InterruptedException {
        return put("/models/0", file, crc);
    }

    /// Sends the update of a round.
    public Taken putUpdate(int round, Path file, String crc)
            throws IOException, RefusedException, InterruptedException {
        return put("/updates/" + round, file, crc);
    }

    /// Stages a file of a round.
    ///
    /// @param path relative, with `/`
    public Taken putFile(int round, String path, Path file, String crc)
            throws IOException, RefusedException, InterruptedException {
        String segments = Arrays.stream(path.split("/")).map(Requests::segment).collect(Collectors.joining("/"));
        return put("/files/" + round + "/" + segments, file, crc);
    }

    /// Sends the validation of global model `round`.
    public Taken putValidation(int round, ValidationReport report)
            throws IOException, RefusedException, InterruptedException {
        byte[] body = Json.lenient().writeValueAsBytes(report);
        try {
            control("/validations/" + round, builder -> json(builder).PUT(BodyPublishers.ofByteArray(body)));
            return new Taken.Accepted();
        } catch (RefusedException e) {
            return taken(e);
        }
    }

    /// Sends log lines, metrics and warnings; returns the number up to which the server has all.
    public long postEvents(Events events) throws IOException, RefusedException, InterruptedException {
        byte[] body = Json.lenient().writeValueAsBytes(events);
        Answer answer = control("/events", builder -> json(builder).POST(BodyPublishers.ofByteArray(body)));
        return answer.json(EventsReply.class).acknowledged();
    }

    private Taken put(String below, Path file, String crc) throws IOException, RefusedException, InterruptedException {
        Answer answer = new Upload(wire, requests, below, file, crc).send();
        return answer.isGood() ? new Taken.Accepted() : taken(new RefusedException(answer.status(), answer.problem()));
    }

    private static Taken taken(RefusedException refused) throws RefusedException {
        if (refused.is(ErrorCode.ROUND_CLOSED)) {
            return new Taken.TooLate();
        }
        boolean useless = refused.is(ErrorCode.INVALID_UPDATE)
                || refused.is(ErrorCode.TOO_LARGE)
                || refused.is(ErrorCode.STORAGE_QUOTA_EXCEEDED);
        if (useless) {
            return new Taken.Invalid(refused.getMessage() == null ? "" : refused.getMessage());
        }
        throw refused;
    }

    private Answer control(String below, UnaryOperator<HttpRequest.Builder> method)
            throws RefusedException, InterruptedException {
        Answer answer = wire.calls().control(server -> method.apply(requests.to(server, below)));
        if (!answer.isGood()) {
            throw new RefusedException(answer.status(), answer.problem());
        }
        return answer;
    }

    private static HttpRequest.Builder json(HttpRequest.Builder builder) {
        return builder.header("Content-Type", "application/json");
    }
}
