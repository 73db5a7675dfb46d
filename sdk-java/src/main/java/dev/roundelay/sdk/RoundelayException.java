package dev.roundelay.sdk;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The root of everything that this library throws; one subclass for each way a caller can react.
public abstract class RoundelayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Facts facts;

    RoundelayException(Facts facts) {
        super(facts.message(), facts.cause());
        this.facts = facts;
    }

    /// Returns the stable word of the error catalogue, for programs (`shard_count_mismatch`).
    public String code() {
        return facts.code();
    }

    /// Returns what to do about it, where the server knows more than the message says.
    public @Nullable String hint() {
        return facts.hint();
    }

    /// Returns the name of the request in the server's log.
    public @Nullable String requestId() {
        return facts.requestId();
    }

    /// Returns the HTTP status, or 0 where no answer of the server is behind the error.
    public int status() {
        return facts.status();
    }

    /// Returns facts that belong to the code, such as both counts of a mismatch.
    public Map<String, Object> details() {
        return facts.details();
    }
}
