package dev.roundelay.s3;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A request whose parameters come from the query string alone. A container would also read them from a body that calls
/// itself a form (curl's default for `-d`), and so eat the object.
final class QueryParameters extends HttpServletRequestWrapper {
    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private final Map<String, String> parameters;
    private final boolean malformed;

    QueryParameters(HttpServletRequest request) {
        super(request);
        this.parameters = new LinkedHashMap<>();
        this.malformed = !parse(request.getQueryString(), parameters);
    }

    private QueryParameters(HttpServletRequest request, Map<String, String> parameters) {
        super(request);
        this.parameters = parameters;
        this.malformed = false;
    }

    /// Returns whether every name and value could be decoded; one that could not stays as it was sent.
    private static boolean parse(@Nullable String query, Map<String, String> parameters) {
        boolean sound = true;
        if (query != null) {
            for (String pair : query.split("&")) {
                if (!pair.isEmpty()) {
                    int equals = pair.indexOf('=');
                    String name = equals < 0 ? pair : pair.substring(0, equals);
                    String value = equals < 0 ? "" : pair.substring(equals + 1);
                    sound &= isSound(name) && isSound(value);
                    parameters.putIfAbsent(decode(name), decode(value));
                }
            }
        }
        return sound;
    }

    private static boolean isSound(String text) {
        return !BROKEN_ESCAPE.matcher(text).find();
    }

    private static String decode(String text) {
        return isSound(text) ? URLDecoder.decode(text, StandardCharsets.UTF_8) : text;
    }

    /// Tells whether a name or value has a percent sign that is none of an escape.
    boolean isMalformed() {
        return malformed;
    }

    QueryParameters without(String name) {
        var fewer = new LinkedHashMap<>(parameters);
        fewer.remove(name);
        return new QueryParameters((HttpServletRequest) getRequest(), fewer);
    }

    @Override
    public @Nullable String getParameter(String name) {
        return parameters.get(name);
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.enumeration(List.copyOf(parameters.keySet()));
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
        String value = parameters.get(name);
        return value == null ? null : new String[] {value};
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        var map = new LinkedHashMap<String, String[]>();
        parameters.forEach((name, value) -> map.put(name, new String[] {value}));
        return map;
    }
}
