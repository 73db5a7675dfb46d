package dev.roundelay.sdk;

/// Too many requests (429), also after the retries.
public final class RateLimitException extends RoundelayException {
    private static final long serialVersionUID = 1L;

    RateLimitException(Facts facts) {
        super(facts);
    }
}
