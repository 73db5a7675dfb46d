package dev.roundelay.contract;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The body of every error answer (`application/problem+json`).
///
/// @param code      a name of [ErrorCode], lower_snake_case
/// @param message   `[where] what happened; what to do`
/// @param hint      what to do, alone; may be empty
/// @param requestId the id of the request in the server's log
/// @param details   facts for programs, such as `usedBytes`; never null, often empty
public record Problem(
        String code,
        String message,
        @Nullable String hint,
        @Nullable String requestId,
        @Nullable Map<String, Object> details) {}
