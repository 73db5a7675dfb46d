package dev.roundelay.e2e.product;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.Page;
import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.LogLine;
import dev.roundelay.contract.job.LogPage;
import dev.roundelay.contract.job.RoundView;
import dev.roundelay.contract.worker.WorkerView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The public API as a program sees it, with the key of the first user.
public final class Api implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(240);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Map<String, String> credentials;

    public Api(Map<String, String> credentials) {
        this.credentials = Map.copyOf(credentials);
    }

    /// Creates a job and returns it.
    public JobView submit(Map<String, Object> spec) {
        return read(call("POST", "/api/v1/jobs", spec), new TypeReference<>() {});
    }

    /// Creates a job, or returns the one that was created with this key before.
    public JobView submit(Map<String, Object> spec, String idempotencyKey) {
        return read(call("POST", "/api/v1/jobs", spec, "Idempotency-Key", idempotencyKey), new TypeReference<>() {});
    }

    /// Sends an ended job again.
    public JobView resubmit(String id, Map<String, Object> wish) {
        return read(call("POST", "/api/v1/jobs/" + id + "/resubmit", wish), new TypeReference<>() {});
    }

    public JobView job(String id) {
        return get("/api/v1/jobs/" + id, new TypeReference<>() {});
    }

    public void cancel(String id) {
        var _ = call("POST", "/api/v1/jobs/" + id + "/cancel", null);
    }

    public List<AssignmentView> assignments(String id) {
        return get("/api/v1/jobs/" + id + "/assignments", new TypeReference<Page<AssignmentView>>() {})
                .items();
    }

    public List<RoundView> rounds(String id) {
        return get("/api/v1/jobs/" + id + "/rounds", new TypeReference<Page<RoundView>>() {})
                .items();
    }

    public List<WorkerView> workers() {
        return get("/api/v1/workers", new TypeReference<Page<WorkerView>>() {}).items();
    }

    /// Returns the names of the newest jobs.
    public List<String> jobNames() {
        return get("/api/v1/jobs?limit=200", new TypeReference<Page<JobView>>() {}).items().stream()
                .map(JobView::name)
                .toList();
    }

    /// Returns all lines of a job.
    public List<LogLine> logs(String id) {
        List<LogLine> lines = new ArrayList<>();
        long after = 0;
        while (true) {
            LogPage page = get("/api/v1/jobs/" + id + "/logs?after=" + after, new TypeReference<>() {});
            if (page.items().isEmpty()) {
                return lines;
            }
            lines.addAll(page.items());
            after = page.next();
        }
    }

    /// Waits for the end of a job.
    public JobView awaitEnd(String id) {
        return await("the end of " + id, id, job -> job.state().isTerminal());
    }

    /// Waits for the good end of a job.
    public JobView awaitFinished(String id) {
        JobView job = awaitEnd(id);
        if (job.state() != JobState.FINISHED) {
            StringBuilder all = new StringBuilder();
            logs(id).forEach(line ->
                    all.append(line.site()).append(' ').append(line.message()).append('\n'));
            throw new AssertionError(id + " ended " + job.state() + ": " + job.failure() + "\n" + all);
        }
        return job;
    }

    /// Waits for a state of a job; a server that is just away is asked again.
    public JobView await(String what, String id, java.util.function.Predicate<JobView> passes) {
        return Eventually.await(
                        what,
                        PATIENCE,
                        () -> whileUp(() -> job(id)),
                        found -> found.filter(passes).isPresent())
                .orElseThrow();
    }

    /// Returns nothing instead of an error while the server cannot answer.
    public <T> Optional<T> whileUp(java.util.function.Supplier<T> question) {
        try {
            return Optional.of(question.get());
        } catch (UncheckedIOException _) {
            return Optional.empty();
        }
    }

    public JsonNode patch(String path, Map<String, Object> body) {
        return read(call("PATCH", path, body), new TypeReference<>() {});
    }

    private <T> T get(String path, TypeReference<T> type) {
        return read(call("GET", path, null), type);
    }

    private static <T> T read(String json, TypeReference<T> type) {
        try {
            return Json.lenient().readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    /// Sends a request and returns the body of the answer.
    ///
    /// @param headers further ones, name and value in turn
    /// @throws UncheckedIOException if the server is away
    public String call(String method, String path, @Nullable Map<String, Object> body, String... headers) {
        try {
            HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(credentials.get("RESON_BASE_URL") + path))
                    .header("Authorization", "Bearer " + credentials.get("RESON_API_KEY"))
                    .header("Content-Type", "application/json")
                    .timeout(Duration.ofSeconds(30))
                    .method(
                            method,
                            body == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofByteArray(
                                            Json.strict().writeValueAsBytes(body)));
            if (headers.length > 0) {
                builder.headers(headers);
            }
            HttpRequest request = builder.build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 500) {
                throw new IOException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
            }
            if (answer.statusCode() >= 400) {
                throw new RefusedException(answer.statusCode(), method + " " + path + ": " + answer.body());
            }
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }

    /// The server refused a request.
    public static final class RefusedException extends RuntimeException {
        private final int status;

        RefusedException(int status, String message) {
            super(status + " " + message);
            this.status = status;
        }

        public int status() {
            return status;
        }
    }
}
