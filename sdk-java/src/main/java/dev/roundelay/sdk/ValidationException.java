package dev.roundelay.sdk;

/// The request, or what was about to be sent, is wrong and has to be changed (400, 413, 416, 422).
public final class ValidationException extends RoundelayException {
    private static final long serialVersionUID = 1L;

    ValidationException(Facts facts) {
        super(facts);
    }
}
