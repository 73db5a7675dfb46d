package dev.roundelay.server.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.Page;
import io.javalin.http.Context;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads requests and writes answers, with errors that name the field.
public final class Requests {
    private static final int MAX_JSON_BYTES = 4 << 20;

    private Requests() {}

    /// Returns the JSON body; unknown fields are refused by name.
    public static <T> T body(Context ctx, Class<T> type) {
        return body(ctx, type, Json.strict());
    }

    /// Returns the JSON body; unknown fields are passed over, as the published client's routes do.
    public static <T> T lenientBody(Context ctx, Class<T> type) {
        return body(ctx, type, Json.lenient());
    }

    /// Returns a part of a JSON body as what it means; unknown fields are refused by name.
    public static <T> T value(JsonNode part, Class<T> type) {
        return value(part.toString().getBytes(StandardCharsets.UTF_8), type, Json.strict());
    }

    private static <T> T body(Context ctx, Class<T> type, JsonMapper mapper) {
        return value(bytes(ctx, MAX_JSON_BYTES), type, mapper);
    }

    /// Returns what JSON means; unknown fields are refused by name.
    static <T> T value(byte[] bytes, Class<T> type) {
        return value(bytes, type, Json.strict());
    }

    private static <T> T value(byte[] bytes, Class<T> type, JsonMapper mapper) {
        try {
            T value = mapper.readValue(bytes, type);
            if (value == null) {
                throw new ApiException(ErrorCode.INVALID_REQUEST, "[body] is null; send a JSON object");
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw new ApiException(
                    ErrorCode.UNKNOWN_FIELD,
                    "[%s] this field is not known to this server (0.1.0); remove it".formatted(path(e)));
        } catch (JsonMappingException e) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "[%s] %s; see /openapi.yaml".formatted(path(e), shorten(e.getOriginalMessage())));
        } catch (StreamReadException e) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "[body, line %d] is no JSON: %s; send a JSON object"
                            .formatted(
                                    e.getLocation() == null
                                            ? 0
                                            : e.getLocation().getLineNr(),
                                    shorten(e.getOriginalMessage())));
        } catch (JsonProcessingException e) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "[body] is no JSON; send a JSON object");
        } catch (CharConversionException e) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "[body] is no text in UTF-8; send a JSON object");
        } catch (IOException e) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "[body] ended early; send it again");
        }
    }

    /// Returns the whole body.
    ///
    /// @throws ApiException `too_large`
    public static byte[] bytes(Context ctx, int maxBytes) {
        try (InputStream in = ctx.bodyInputStream()) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new ApiException(
                        ErrorCode.TOO_LARGE,
                        "[body] is larger than %,d bytes; use an upload in parts".formatted(maxBytes));
            }
            return bytes;
        } catch (IOException e) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "[body] ended early; send it again");
        }
    }

    private static String path(JsonMappingException e) {
        String path = e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."));
        return path.isEmpty() ? "body" : path;
    }

    private static String shorten(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() <= 200 ? line : line.substring(0, 200) + "…";
    }

    /// Limit and offset of a list.
    public record Slice(int limit, int offset) {
        /// Returns a page of items that were cut by the store already.
        public <T> Page<T> page(List<T> items, long total) {
            return new Page<>(items, total, limit, offset);
        }

        /// Returns the page of a whole list.
        public <T> Page<T> of(List<T> all) {
            int from = Math.min(offset, all.size());
            return new Page<>(all.subList(from, Math.min(from + limit, all.size())), all.size(), limit, offset);
        }
    }

    /// Returns `limit` and `offset` of the query.
    public static Slice slice(Context ctx) {
        return new Slice(
                integer(ctx, "limit", Page.DEFAULT_LIMIT, 1, Page.MAX_LIMIT),
                integer(ctx, "offset", 0, 0, Integer.MAX_VALUE));
    }

    /// Returns a number of the query.
    ///
    /// @throws ApiException naming the parameter and its range
    public static int integer(Context ctx, String name, int fallback, int min, int max) {
        return (int) longNumber(ctx, name, fallback, min, max);
    }

    /// Returns a number of the query.
    public static long longNumber(Context ctx, String name, long fallback, long min, long max) {
        String text = ctx.queryParam(name);
        if (text == null || text.isEmpty()) {
            return fallback;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Falls through to the same answer as a number out of range.
        }
        throw new ApiException(
                ErrorCode.INVALID_REQUEST,
                "[%s] is \"%s\"; use a number from %d to %d".formatted(name, shorten(text), min, max));
    }

    /// Returns a parameter that must be there.
    public static String required(Context ctx, String name) {
        String text = ctx.queryParam(name);
        if (text == null || text.isEmpty()) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "[%s] is missing; add it to the query".formatted(name));
        }
        return text;
    }

    /// Returns a text field of a body that must be there.
    ///
    /// @throws ApiException naming the field
    public static String field(@Nullable String value, String name) {
        if (value == null || value.isBlank()) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "[%s] is missing or empty; set it".formatted(name));
        }
        return value;
    }

    /// Returns the names of a comma-separated parameter, none if it is absent.
    public static List<String> names(Context ctx, String name) {
        String text = ctx.queryParam(name);
        return text == null || text.isBlank()
                ? List.of()
                : List.of(text.split(",")).stream()
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .toList();
    }

    /// Answers with JSON.
    public static void json(Context ctx, int status, Object value) {
        try {
            ctx.status(status)
                    .contentType("application/json")
                    .result(Json.strict().writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer must be writable as JSON", e);
        }
    }

    /// Answers 200 with JSON.
    public static void json(Context ctx, Object value) {
        json(ctx, 200, value);
    }
}
