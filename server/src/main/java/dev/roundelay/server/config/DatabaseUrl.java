package dev.roundelay.server.config;

import dev.roundelay.server.postgres.PostgresAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads `postgresql://user:password@host:port/database?sslmode=…`, with or without `jdbc:` before it.
/// User and password may be parameters too, as JDBC has them.
final class DatabaseUrl {
    private static final int DEFAULT_PORT = 5432;

    private DatabaseUrl() {}

    /// @throws IllegalArgumentException with what is wrong; it never repeats the text, which holds a password
    static PostgresAddress parse(String text) {
        URI url = uri(text.startsWith("jdbc:") ? text.substring("jdbc:".length()) : text);
        String scheme = String.valueOf(url.getScheme());
        String path = url.getRawPath();
        if (!(scheme.equals("postgresql") || scheme.equals("postgres")) || url.getHost() == null) {
            throw new IllegalArgumentException("is not of the form postgresql://user:password@host:port/database");
        }
        if (path == null || path.length() < 2) {
            throw new IllegalArgumentException("names no database; end it with /NAME");
        }
        String user = "";
        String password = "";
        if (url.getRawUserInfo() != null) {
            String[] parts = url.getRawUserInfo().split(":", 2);
            user = decode(parts[0]);
            password = parts.length > 1 ? decode(parts[1]) : "";
        }
        List<String> rest = new ArrayList<>();
        for (String parameter :
                url.getRawQuery() == null ? new String[0] : url.getRawQuery().split("&")) {
            String[] pair = parameter.split("=", 2);
            if (pair[0].equals("user") && pair.length > 1) {
                user = decode(pair[1]);
            } else if (pair[0].equals("password") && pair.length > 1) {
                password = decode(pair[1]);
            } else {
                rest.add(parameter);
            }
        }
        if (user.isEmpty()) {
            throw new IllegalArgumentException("names no user; write postgresql://user:password@host:port/database");
        }
        String query = rest.isEmpty() ? "" : "?" + String.join("&", rest);
        int port = url.getPort() < 0 ? DEFAULT_PORT : url.getPort();
        return new PostgresAddress(
                "jdbc:postgresql://%s:%d%s%s".formatted(url.getHost(), port, path, query), user, password);
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "is no URL (%s); write special characters of the password as %%XX".formatted(e.getReason()), e);
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
