package dev.roundelay.sdk;

/// The server failed (5xx), also after the retries.
public final class ServerException extends RoundelayException {
    private static final long serialVersionUID = 1L;

    ServerException(Facts facts) {
        super(facts);
    }
}
