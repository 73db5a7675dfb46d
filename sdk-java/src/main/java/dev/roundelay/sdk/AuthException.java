package dev.roundelay.sdk;

/// The key is missing, wrong or revoked (401), or may not do this (403).
public class AuthException extends RoundelayException {
    private static final long serialVersionUID = 1L;

    AuthException(Facts facts) {
        super(facts);
    }
}
