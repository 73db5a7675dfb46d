package dev.roundelay.sdk;

/// The state of the object forbids it (409, 412), for example cancelling a job that has ended.
public final class ConflictException extends RoundelayException {
    private static final long serialVersionUID = 1L;

    ConflictException(Facts facts) {
        super(facts);
    }
}
