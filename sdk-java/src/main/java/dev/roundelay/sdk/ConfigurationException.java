package dev.roundelay.sdk;

/// The client cannot be built: no URL, no key, or a URL that would send the key in the clear.
public final class ConfigurationException extends RoundelayException {
    private static final long serialVersionUID = 1L;

    ConfigurationException(Facts facts) {
        super(facts);
    }
}
