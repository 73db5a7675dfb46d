package dev.roundelay.e2e.product;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/// The first user, signed in as a browser would be: for what an API key may not do.
public final class AdminSession implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String url;
    private final String cookie;
    private final String csrfToken;
    private final String userId;

    /// Signs in.
    public AdminSession(Map<String, String> credentials) {
        this.url = Objects.requireNonNull(credentials.get("RESON_BASE_URL"));
        HttpResponse<String> answer = send(request("/api/v1/session")
                .POST(json(Map.of(
                        "email", Objects.requireNonNull(credentials.get("ROUNDELAY_EMAIL")),
                        "password", Objects.requireNonNull(credentials.get("ROUNDELAY_PASSWORD"))))));
        this.cookie = answer.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
        JsonNode session = parse(answer.body());
        this.csrfToken = session.get("csrfToken").asText();
        this.userId = session.get("user").get("id").asText();
    }

    /// Sets the user's own storage quota and returns what it was.
    public long setQuota(long bytes) {
        JsonNode before = parse(send(signed("/api/v1/bucket/usage").GET()).body());
        var _ = send(signed("/api/v1/users/" + userId).method("PATCH", json(Map.of("quotaBytes", bytes))));
        return before.get("quotaBytes").asLong();
    }

    /// Returns how many bytes the user's bucket holds.
    public long usedBytes() {
        return parse(send(signed("/api/v1/bucket/usage").GET()).body())
                .get("usedBytes")
                .asLong();
    }

    private HttpRequest.Builder signed(String path) {
        return request(path).header("Cookie", cookie).header("X-CSRF-Token", csrfToken);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(30));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new AssertionError(answer.request() + ": " + answer.statusCode() + " " + answer.body());
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static HttpRequest.BodyPublisher json(Map<String, Object> body) {
        try {
            return HttpRequest.BodyPublishers.ofByteArray(Json.strict().writeValueAsBytes(body));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String text) {
        try {
            return Json.lenient().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
