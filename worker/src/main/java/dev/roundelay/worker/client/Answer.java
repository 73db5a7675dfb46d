package dev.roundelay.worker.client;

import dev.roundelay.contract.Json;
import dev.roundelay.contract.Problem;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What a server answered. The body of a download has gone to its file and is empty here.
final class Answer {
    private static final int LONGEST_TEXT = 300;

    private final int status;
    private final HttpHeaders headers;
    private final byte[] body;

    Answer(int status, HttpHeaders headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    int status() {
        return status;
    }

    boolean isGood() {
        return status >= 200 && status < 300;
    }

    @Nullable
    String header(String name) {
        return headers.firstValue(name).orElse(null);
    }

    /// Reads a good answer's JSON.
    ///
    /// @throws IOException if it is something else, as a proxy in between might send
    <T> T json(Class<T> type) throws IOException {
        return Json.lenient().readValue(body, type);
    }

    /// Returns the error answer; one that is no `Problem` becomes a problem with the code `http_<status>`.
    Problem problem() {
        try {
            Problem problem = Json.lenient().readValue(body, Problem.class);
            if (problem.code() != null && problem.message() != null) {
                return problem;
            }
        } catch (IOException _) {
            // A proxy's page; its beginning is shown below.
        }
        String text = new String(body, StandardCharsets.UTF_8).strip();
        String shown = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "…" : text;
        return new Problem("http_" + status, "the server answered " + status + " " + shown, null, null, null);
    }
}
