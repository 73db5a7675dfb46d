package dev.roundelay.sdk;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is known of an error, given to the exception for it.
record Facts(
        String code,
        String message,
        @Nullable String hint,
        @Nullable String requestId,
        int status,
        Map<String, Object> details,
        @Nullable Throwable cause) {

    static Facts local(String code, String message) {
        return new Facts(code, message, null, null, 0, Map.of(), null);
    }

    static Facts local(String code, String message, Throwable cause) {
        return new Facts(code, message, null, null, 0, Map.of(), cause);
    }
}
