package dev.roundelay.server.http;

import dev.roundelay.contract.ErrorCode;
import java.util.Map;

/// An answer other than a good one. The message is for the caller: `[where] what; what to do`.
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final ErrorCode code;
    private final transient Map<String, Object> details;

    public ApiException(ErrorCode code, String message) {
        this(code, message, Map.of());
    }

    public ApiException(ErrorCode code, String message, Map<String, Object> details) {
        super(message);
        this.code = code;
        this.details = Map.copyOf(details);
    }

    /// Returns somebody else's object and a wrong id in the same words, so that neither can be told from the other.
    public static ApiException notFound(String kind, String id) {
        return new ApiException(ErrorCode.NOT_FOUND, "[%s] there is no %s here; check the id".formatted(id, kind));
    }

    public ErrorCode code() {
        return code;
    }

    public Map<String, Object> details() {
        return details;
    }
}
