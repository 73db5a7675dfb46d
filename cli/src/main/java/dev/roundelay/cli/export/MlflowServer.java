package dev.roundelay.cli.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.cli.ExitCodes;
import dev.roundelay.contract.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A tracking server of MLflow, over its REST API 2.0. Signs in as MLflow's own client does: with
/// `MLFLOW_TRACKING_TOKEN`, or `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`.
public final class MlflowServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String url;
    private final @Nullable String authorization;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    public MlflowServer(String url, Map<String, String> environment) {
        this.url = url.replaceFirst("/+$", "");
        this.authorization = authorization(environment);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    /// Asks for something.
    ///
    /// @return nothing if the server knows no such thing
    Optional<JsonNode> get(String call, String parameter, String value) throws ExportException {
        String query = call + "?" + parameter + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
        HttpResponse<String> response = send(request(query).GET().build());
        if (response.statusCode() == 404 && response.body().contains("RESOURCE_DOES_NOT_EXIST")) {
            return Optional.empty();
        }
        return Optional.of(answer(response));
    }

    JsonNode post(String call, Map<String, ?> body) throws ExportException {
        String text;
        try {
            text = Json.lenient().writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers are always JSON", e);
        }
        return answer(send(request(call)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(text))
                .build()));
    }

    private HttpRequest.Builder request(String call) throws ExportException {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/api/2.0/mlflow/" + call))
                    .timeout(PATIENCE);
            return authorization == null ? request : request.header("Authorization", authorization);
        } catch (IllegalArgumentException e) {
            throw new ExportException(
                    ExitCodes.USAGE,
                    "[--uri] '" + url + "' is no http(s) URL (" + e.getMessage()
                            + "); give that of a tracking server, such as http://127.0.0.1:5000");
        }
    }

    private HttpResponse<String> send(HttpRequest request) throws ExportException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new ExportException(
                    ExitCodes.NO_CONNECTION,
                    "[" + url + "] no answer: " + why + "; is the MLflow server running and reachable from here?");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExportException(ExitCodes.FAILED, "[" + url + "] interrupted");
        }
    }

    private JsonNode answer(HttpResponse<String> response) throws ExportException {
        int status = response.statusCode();
        if (status == 401 || status == 403) {
            throw new ExportException(
                    ExitCodes.NOT_ALLOWED,
                    "[" + url + "] the MLflow server answers " + status + "; set MLFLOW_TRACKING_TOKEN, or"
                            + " MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD");
        }
        try {
            JsonNode body = Json.lenient().readTree(response.body());
            if (status == 200) {
                return body;
            }
            throw new ExportException(
                    ExitCodes.FAILED,
                    "[" + response.uri().getPath() + "] MLflow answers " + status + " "
                            + body.path("error_code").asText() + ": "
                            + body.path("message").asText());
        } catch (JsonProcessingException _) {
            throw new ExportException(
                    ExitCodes.FAILED,
                    "[" + url + "] answers " + status + " and no JSON; is this the URL of an MLflow tracking server?");
        }
    }

    private static @Nullable String authorization(Map<String, String> environment) {
        String token = environment.get("MLFLOW_TRACKING_TOKEN");
        if (token != null) {
            return "Bearer " + token;
        }
        String user = environment.get("MLFLOW_TRACKING_USERNAME");
        if (user == null) {
            return null;
        }
        String both = user + ":" + environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
        return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
    }
}
