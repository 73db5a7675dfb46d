package dev.roundelay.benchmarks.fleet;

import dev.roundelay.contract.Json;
import dev.roundelay.contract.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/// A whole answer.
///
/// @param headers by lower-case name
/// @param body    empty if it was too long to be kept
record Answer(int status, Map<String, String> headers, byte[] body) {
    /// Returns whether the call did what it was to do.
    boolean isGood() {
        return status >= 200 && status < 300;
    }

    /// Returns whether the call is to be repeated later.
    boolean isNotNow() {
        return status == 408 || status == 429 || status >= 500;
    }

    /// Returns the lower bound of the wait before the next try; zero if the server named none.
    Duration retryAfter() {
        String value = headers.getOrDefault("retry-after", "");
        return value.matches("[0-9]{1,4}") ? Duration.ofSeconds(Integer.parseInt(value)) : Duration.ZERO;
    }

    /// Reads the body.
    ///
    /// @throws IOException if it is something else
    <T> T json(Class<T> type) throws IOException {
        return Json.lenient().readValue(body, type);
    }

    /// Returns the error's code; empty where the answer has none.
    String code() {
        try {
            return body.length == 0 ? "" : json(Problem.class).code();
        } catch (IOException _) {
            return "";
        }
    }
}
