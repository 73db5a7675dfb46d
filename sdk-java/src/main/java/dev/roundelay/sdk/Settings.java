package dev.roundelay.sdk;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where to send requests and with which key. Values of the caller come first, then the environment, then the
/// profile.
record Settings(List<String> urls, String apiKey) {
    private static final List<String> URL_VARIABLES = List.of("ROUNDELAY_URL", "RESON_BASE_URL");
    private static final List<String> KEY_VARIABLES = List.of("ROUNDELAY_API_KEY", "RESON_API_KEY");
    private static final List<String> HTTP_VARIABLES = List.of("ROUNDELAY_ALLOW_HTTP", "RESON_ALLOW_HTTP");

    /// Combines the three places. The profile's key goes only to the profile's URL: a URL from elsewhere never
    /// gets it.
    static Settings resolve(
            @Nullable String url,
            @Nullable String apiKey,
            boolean allowHttp,
            Map<String, String> environment,
            Path profilePath) {
        Optional<Profile> profile = Profile.read(profilePath);
        List<String> urls = resolveUrls(url, allowHttp, environment, profilePath);
        String key = firstOf(apiKey, environment, KEY_VARIABLES)
                .or(() -> profile.flatMap(stored -> keyFor(urls, stored)))
                .orElseThrow(() -> problem("no API key for " + urls.getFirst()
                        + "; give one, set ROUNDELAY_API_KEY, or run `roundelay login` for that URL"));
        return new Settings(urls, checkedKey(key.strip()));
    }

    /// Finds the servers alone, for calls that bring no key.
    static List<String> resolveUrls(
            @Nullable String url, boolean allowHttp, Map<String, String> environment, Path profilePath) {
        String chosen = firstOf(url, environment, URL_VARIABLES)
                .or(() -> Profile.read(profilePath).flatMap(profile -> Optional.ofNullable(profile.url())))
                .orElseThrow(
                        () -> problem("no server URL; give one, set ROUNDELAY_URL, or run `roundelay login` (looked in "
                                + profilePath + ")"));
        boolean allowed = allowHttp
                || firstOf(null, environment, HTTP_VARIABLES)
                        .filter("1"::equals)
                        .isPresent();
        List<String> urls = new ArrayList<>();
        for (String part : chosen.split(",", -1)) {
            if (!part.isBlank()) {
                urls.add(checkedUrl(part.strip().replaceFirst("/+$", ""), allowed));
            }
        }
        if (urls.isEmpty()) {
            throw problem("[url] '" + chosen + "' names no server; write it like https://roundelay.example.org");
        }
        return List.copyOf(urls);
    }

    @Override
    public String toString() {
        return "Settings[urls=" + urls + "]";
    }

    private static Optional<String> keyFor(List<String> urls, Profile profile) {
        if (profile.url() == null || profile.apiKey() == null) {
            return Optional.empty();
        }
        Set<String> own = new HashSet<>();
        for (String part : profile.url().split(",", -1)) {
            own.add(part.strip().replaceFirst("/+$", ""));
        }
        return own.containsAll(urls) ? Optional.of(profile.apiKey()) : Optional.empty();
    }

    private static String checkedUrl(String text, boolean allowHttp) {
        URI uri = parsed(text);
        boolean http = "http".equals(uri.getScheme());
        if ((!http && !"https".equals(uri.getScheme())) || uri.getHost() == null) {
            throw problem("[url] '" + text + "' is no http(s) URL; write it like https://roundelay.example.org");
        }
        if (uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
            throw problem("[url] " + uri.getHost() + ": no user, query or fragment belongs into it; leave them out");
        }
        if (http && !allowHttp && !isLoopback(uri.getHost())) {
            throw problem("[url] " + text + " would send the API key unencrypted; use https://, or set"
                    + " ROUNDELAY_ALLOW_HTTP=1 on a network you trust");
        }
        return text;
    }

    private static URI parsed(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException _) {
            throw problem("[url] '" + text + "' is no http(s) URL; write it like https://roundelay.example.org");
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals("[::1]")
                || host.matches("127(\\.\\d{1,3}){3}");
    }

    private static String checkedKey(String key) {
        if (!key.matches("rsk_[!-~]+")) {
            throw problem("the API key does not look like one (rsk_live_...); make one on the profile page of the"
                    + " dashboard (worker tokens, rwt_..., are for `roundelay worker` only)");
        }
        return key;
    }

    private static Optional<String> firstOf(
            @Nullable String given, Map<String, String> environment, List<String> variables) {
        if (given != null && !given.isBlank()) {
            return Optional.of(given);
        }
        return variables.stream()
                .map(environment::get)
                .filter(value -> value != null && !value.isBlank())
                .findFirst();
    }

    private static ConfigurationException problem(String message) {
        return new ConfigurationException(Facts.local("configuration", message));
    }
}
