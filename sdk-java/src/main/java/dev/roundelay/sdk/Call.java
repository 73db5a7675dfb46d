package dev.roundelay.sdk;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A request that can be made several times.
record Call(
        String method,
        String path,
        Map<String, String> query,
        Map<String, String> headers,
        Supplier<HttpRequest.BodyPublisher> body) {

    static Call of(String method, String path) {
        return new Call(method, path, Map.of(), Map.of(), HttpRequest.BodyPublishers::noBody);
    }

    Call with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Call(method, path, query, more, body);
    }

    /// Adds a query parameter; null leaves it out.
    Call query(String name, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(query);
        more.put(name, value.toString());
        return new Call(method, path, more, headers, body);
    }

    Call body(String contentType, Supplier<HttpRequest.BodyPublisher> content) {
        return new Call(method, path, query, headers, content).with("Content-Type", contentType);
    }

    /// Whether doing it twice does no harm.
    boolean isRepeatable() {
        return !method.equals("POST") || headers.containsKey("Idempotency-Key");
    }

    HttpRequest request(String url, Map<String, String> common, Duration timeout) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(url + path + queryString()))
                .timeout(timeout)
                .method(method, body.get());
        common.forEach(builder::setHeader);
        headers.forEach(builder::setHeader);
        return builder.build();
    }

    private String queryString() {
        List<String> pairs = new ArrayList<>();
        query.forEach((name, value) -> pairs.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
    }
}
