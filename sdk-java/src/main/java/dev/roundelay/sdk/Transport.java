package dev.roundelay.sdk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.roundelay.contract.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// One place for every request: authorisation, retries, the next server, and errors as exceptions.
///
/// Only requests that may be repeated without harm are repeated. Redirects are never followed, so the key goes
/// nowhere
/// but to the configured servers.
final class Transport implements AutoCloseable {
    private static final Set<Integer> RETRIED = Set.of(429, 502, 503, 504);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);
    // A newer server may know more fields, an older one fewer: what was not set is not sent.
    private static final JsonMapper WRITER = Json.lenient()
            .rebuild()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    private final List<String> urls;
    private final Map<String, String> common;
    private final int maxRetries;
    private final Duration timeout;
    private final Pause pause;
    private final AtomicInteger current = new AtomicInteger();
    private final HttpClient http;

    Transport(List<String> urls, Map<String, String> headers, int maxRetries, Duration timeout, Pause pause) {
        this(urls, headers, maxRetries, timeout, pause, null);
    }

    /// @param trust null for the authorities of this Java
    Transport(
            List<String> urls,
            Map<String, String> headers,
            int maxRetries,
            Duration timeout,
            Pause pause,
            @Nullable SSLContext trust) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(10));
        if (trust != null) {
            builder.sslContext(trust);
        }
        this.http = builder.build();
        this.urls = List.copyOf(urls);
        this.common = Map.copyOf(headers);
        this.maxRetries = maxRetries;
        this.timeout = timeout;
        this.pause = pause;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    /// Sends a call and reads its JSON answer.
    <T> T json(Call call, TypeReference<T> type) {
        HttpResponse<InputStream> response = answer(call.with("Accept", "application/json"));
        return parsed(response, bytes(call, response), type);
    }

    /// Sends a call whose answer does not matter.
    void send(Call call) {
        bytes(call, answer(call));
    }

    /// Sends a call and returns the bytes of its answer.
    byte[] bytes(Call call) {
        return bytes(call, answer(call));
    }

    /// Sends a call and returns the answer's headers, with its body read.
    HttpResponse<InputStream> exchange(Call call) {
        return answer(call);
    }

    /// Sends a call whose body the caller reads, piece by piece; what is read is not repeated here.
    ByteRange open(Call call) {
        HttpResponse<InputStream> response = answer(call);
        String etag = response.headers()
                .firstValue("ETag")
                .map(value -> value.replaceFirst("^W/", "").replace("\"", ""))
                .orElse(null);
        return new ByteRange(response.statusCode(), etag, response.body());
    }

    /// Returns a body of JSON.
    static Call withJson(Call call, Object value) {
        try {
            String text = WRITER.writeValueAsString(value);
            return call.body("application/json", () -> HttpRequest.BodyPublishers.ofString(text));
        } catch (JsonProcessingException e) {
            throw new ValidationException(Facts.local(
                    "invalid_request", "[request] cannot be written as JSON: " + e.getOriginalMessage(), e));
        }
    }

    static <T> T parsed(HttpResponse<?> response, byte[] body, TypeReference<T> type) {
        try {
            return Json.lenient().readValue(new String(body, StandardCharsets.UTF_8), type);
        } catch (JsonProcessingException e) {
            throw new ServerException(Facts.local(
                    "server_error",
                    "[" + response.uri()
                            + "] the answer is not the expected JSON; is this the URL of a Roundelay server?",
                    e));
        }
    }

    static byte[] bytes(Call call, HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            return body.readAllBytes();
        } catch (IOException e) {
            throw disconnected(call, response.uri().toString(), e);
        }
    }

    private HttpResponse<InputStream> answer(Call call) {
        for (int attempt = 0; ; attempt++) {
            int which = current.get();
            String url = urls.get(which) + "/api/v1";
            RoundelayException failure;
            boolean arrived;
            @Nullable Duration retryAfter = null;
            try {
                HttpResponse<InputStream> response =
                        http.send(call.request(url, common, timeout), HttpResponse.BodyHandlers.ofInputStream());
                if (response.statusCode() < 300) {
                    return response;
                }
                failure = failure(call, response);
                if (!RETRIED.contains(response.statusCode())) {
                    throw failure;
                }
                retryAfter = response.headers()
                        .firstValue("Retry-After")
                        .filter(text -> text.matches("\\d{1,4}"))
                        .map(text -> Duration.ofSeconds(Math.min(30, Long.parseLong(text))))
                        .orElse(null);
                // 429 and 503 are said before the request is looked at; behind a proxy's 502 and 504 it may have
                // arrived.
                arrived = response.statusCode() != 429 && response.statusCode() != 503;
            } catch (IOException e) {
                failure = disconnected(call, url, e);
                arrived = !(e instanceof ConnectException) && !(e instanceof HttpConnectTimeoutException);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
            if (attempt >= maxRetries || (arrived && !call.isRepeatable())) {
                throw failure;
            }
            if (failure.status() != 429) {
                // Another thread may have moved on already; then its choice stays.
                var unused = current.compareAndSet(which, (which + 1) % urls.size());
            }
            rest(retryAfter == null ? pauseBefore(attempt) : retryAfter);
        }
    }

    private static RoundelayException failure(Call call, HttpResponse<InputStream> response) {
        String requestId = response.headers().firstValue("X-Request-Id").orElse(null);
        byte[] body;
        try {
            body = bytes(call, response);
        } catch (ConnectionException _) {
            body = new byte[0];
        }
        return Errors.of(response.statusCode(), body, requestId);
    }

    private void rest(Duration duration) {
        try {
            pause.sleep(duration);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static Duration pauseBefore(int attempt) {
        long most = Math.min(LONGEST_PAUSE.toMillis(), 250L << Math.min(attempt, 10));
        return Duration.ofMillis(RandomGenerator.getDefault().nextLong(most / 2, most + 1));
    }

    private static ConnectionException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new ConnectionException(Facts.local("interrupted", "the thread was interrupted while it waited", cause));
    }

    static ConnectionException disconnected(Call call, String url, IOException cause) {
        String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new ConnectionException(Facts.local(
                "connection_failed",
                "[" + call.method() + " " + url + "] no answer: " + why
                        + "; is the server running and reachable from here?",
                cause));
    }
}
