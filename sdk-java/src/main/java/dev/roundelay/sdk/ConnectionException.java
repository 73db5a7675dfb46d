package dev.roundelay.sdk;

/// No answer came, also after the retries; the request may or may not have been carried out.
public final class ConnectionException extends RoundelayException {
    private static final long serialVersionUID = 1L;

    ConnectionException(Facts facts) {
        super(facts);
    }
}
