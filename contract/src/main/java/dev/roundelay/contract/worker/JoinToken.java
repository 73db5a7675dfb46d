package dev.roundelay.contract.worker;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A join token as people carry it: the secret `rwt_…`, and after a dot the SHA-256 of the certificate of the server's
/// own authority where it has one. The secret alone goes to the server.
///
/// @param secret      what the server knows
/// @param fingerprint 64 lower-case hex digits; null if the server's certificate comes from a known authority
public record JoinToken(String secret, @Nullable String fingerprint) {
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern FORM = Pattern.compile("([^.]*)\\.(" + FINGERPRINT + ")");

    /// Reads a token.
    ///
    /// @return empty if something other than a fingerprint follows the dot
    public static Optional<JoinToken> parse(String text) {
        if (text.indexOf('.') < 0) {
            return Optional.of(new JoinToken(text, null));
        }
        Matcher parts = FORM.matcher(text);
        return parts.matches() ? Optional.of(new JoinToken(parts.group(1), parts.group(2))) : Optional.empty();
    }

    /// Returns whether a text is the fingerprint of a certificate.
    public static boolean isFingerprint(String text) {
        return FINGERPRINT.matcher(text).matches();
    }

    /// Returns the token as people carry it.
    public String text() {
        return fingerprint == null ? secret : secret + "." + fingerprint;
    }

    /// The secret stays out of logs.
    @Override
    public String toString() {
        return "JoinToken[fingerprint=" + fingerprint + "]";
    }
}
