package dev.roundelay.sdk;

/// The bytes do not fit into the storage quota (403); delete something, or ask for more.
public final class QuotaExceededException extends AuthException {
    private static final long serialVersionUID = 1L;

    QuotaExceededException(Facts facts) {
        super(facts);
    }
}
