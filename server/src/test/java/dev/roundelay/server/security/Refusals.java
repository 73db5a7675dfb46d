package dev.roundelay.server.security;

import java.util.Map;

/// The status that goes with each code of a refusal.
final class Refusals {
    private static final Map<String, Integer> STATUS = Map.ofEntries(
            Map.entry("malformed_bearer", 401),
            Map.entry("invalid_api_key", 401),
            Map.entry("session_required", 401),
            Map.entry("bad_credentials", 401),
            Map.entry("session_only", 403),
            Map.entry("csrf_required", 403),
            Map.entry("role_required", 403),
            Map.entry("not_found", 404),
            Map.entry("stale_fence", 409));

    private Refusals() {}

    /// Returns whether a word is the code of a refusal.
    static boolean isCode(String word) {
        return STATUS.containsKey(word);
    }

    /// Returns the status of a code.
    static int status(String code) {
        Integer status = STATUS.get(code);
        if (status == null) {
            throw new IllegalStateException("[refusals] \"%s\" is no code of a refusal; add it".formatted(code));
        }
        return status;
    }
}
