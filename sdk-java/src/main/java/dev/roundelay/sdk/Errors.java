package dev.roundelay.sdk;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns an error answer into the exception for it.
final class Errors {
    private Errors() {}

    /// Returns the exception for a status of 300 or above; a body that is no problem (a proxy's page) is passed over.
    static RoundelayException of(int status, byte[] body, @Nullable String requestId) {
        Problem problem = problem(body);
        String code = text(problem == null ? null : problem.code(), "error");
        Map<String, Object> details = problem == null || problem.details() == null ? Map.of() : problem.details();
        Facts facts = new Facts(
                code,
                text(problem == null ? null : problem.message(), "the server answered " + status),
                problem == null ? null : problem.hint(),
                problem == null || problem.requestId() == null ? requestId : problem.requestId(),
                status,
                details,
                null);
        return of(facts);
    }

    /// Returns the exception of the class that belongs to the status.
    static RoundelayException of(Facts facts) {
        return switch (facts.status()) {
            case 403 -> facts.code().contains("quota") ? new QuotaExceededException(facts) : new AuthException(facts);
            case 401 -> new AuthException(facts);
            case 404, 410 -> new NotFoundException(facts);
            case 409, 412 -> new ConflictException(facts);
            case 429 -> new RateLimitException(facts);
            default -> facts.status() >= 500 ? new ServerException(facts) : new ValidationException(facts);
        };
    }

    static ValidationException invalid(String code, String message) {
        return new ValidationException(Facts.local(code, message));
    }

    private static @Nullable Problem problem(byte[] body) {
        try {
            return Json.lenient().readValue(new String(body, StandardCharsets.UTF_8), Problem.class);
        } catch (JsonProcessingException _) {
            return null;
        }
    }

    private static String text(@Nullable String value, String otherwise) {
        return value == null || value.isEmpty() ? otherwise : value;
    }
}
