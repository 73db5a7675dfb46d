package dev.roundelay.sdk;

/// There is no such object, it belongs to somebody else (404), or it is not kept any more (410).
public final class NotFoundException extends RoundelayException {
    private static final long serialVersionUID = 1L;

    NotFoundException(Facts facts) {
        super(facts);
    }
}
