package dev.roundelay.sdk;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.roundelay.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A small server of the routes that the SDK uses: real HTTP, real parts, real error bodies, on loopback.
final class FakeServer implements AutoCloseable {
    static final String API_KEY = "rsk_live_test";
    static final int PART_BYTES = 1000;

    /// A request as it came.
    record Seen(String method, String path, Map<String, String> query, Map<String, String> headers, byte[] body) {
        String route() {
            return method + " " + path;
        }

        JsonNode json() {
            try {
                return Json.lenient().readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// What to answer instead of the usual; null lets the request pass, an answer with status 0 cuts the connection.
    interface Fault {
        @Nullable
        Answer answer(Seen seen);
    }

    record Answer(int status, byte[] body, Map<String, String> headers) {
        static Answer json(int status, String text) {
            return new Answer(
                    status, text.getBytes(StandardCharsets.UTF_8), Map.of("Content-Type", "application/json"));
        }

        static Answer problem(int status, String code, String message) {
            return json(status, """
                    {"code":"%s","message":"%s","hint":"do it right","requestId":"req_1","details":{"shards":3}}""".formatted(code, message));
        }
    }

    private record Upload(String key, long size, Map<Integer, byte[]> parts) {
        int count() {
            return (int) Math.max(1, (size + PART_BYTES - 1) / PART_BYTES);
        }
    }

    final Map<String, byte[]> objects = new TreeMap<>();
    final Map<String, String> etags = new ConcurrentHashMap<>();
    final List<Seen> seen = new CopyOnWriteArrayList<>();
    final ConcurrentLinkedDeque<Fault> faults = new ConcurrentLinkedDeque<>();
    volatile int cutDownloadsAt = -1;
    private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
    private final AtomicInteger uploadNumber = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer http;

    FakeServer() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(threads);
        http.createContext("/", this::serve);
        http.start();
    }

    String url() {
        return "http://127.0.0.1:" + http.getAddress().getPort();
    }

    List<String> routes() {
        return seen.stream().map(Seen::route).toList();
    }

    /// Answers the next request of a route so.
    void failOnce(String route, Answer answer) {
        boolean[] used = {false};
        faults.add(request -> {
            if (used[0] || !request.route().equals(route)) {
                return null;
            }
            used[0] = true;
            return answer;
        });
    }

    void put(String key, byte[] content) {
        objects.put(key, content);
        etags.put(key, md5(content));
    }

    @Override
    public void close() {
        http.stop(0);
        threads.close();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
            Seen request = new Seen(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    query(exchange.getRequestURI().getRawQuery()),
                    headers,
                    exchange.getRequestBody().readAllBytes());
            seen.add(request);
            Answer answer = faults.stream()
                    .flatMap(fault -> Optional.ofNullable(fault.answer(request)).stream())
                    .findFirst()
                    .orElseGet(() -> handle(request));
            if (answer.status() == 0) {
                return;
            }
            send(exchange, request, answer);
        }
    }

    private void send(HttpExchange exchange, Seen request, Answer answer) throws IOException {
        answer.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        int length = answer.body().length;
        exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
        int cut = cutDownloadsAt;
        if (cut >= 0 && request.path().endsWith("/files/content")) {
            cutDownloadsAt = -1;
            exchange.getResponseBody().write(answer.body(), 0, Math.min(cut, length));
            exchange.getResponseBody().flush();
        } else if (length > 0) {
            exchange.getResponseBody().write(answer.body());
        }
    }

    private Answer handle(Seen request) {
        String path = request.path().replaceFirst("^/api/v1", "");
        if (path.equals("/session") && request.method().equals("POST")) {
            return new Answer(
                    200,
                    """
                    {"user":{"id":"usr_1","email":"a@b","role":"user","disabled":false,"quotaBytes":1,"createdAt":"2026-01-01T00:00:00Z"},"csrfToken":"csrf_1"}""".getBytes(StandardCharsets.UTF_8),
                    Map.of("Set-Cookie", "roundelay_session=s1; Path=/; HttpOnly; SameSite=Strict"));
        }
        boolean session = "roundelay_session=s1".equals(request.headers().get("Cookie"));
        if (path.startsWith("/api-keys") || path.equals("/session")) {
            if (!session || !"csrf_1".equals(request.headers().get("X-CSRF-Token"))) {
                return Answer.problem(403, "session_only", "[session] needed");
            }
            return path.equals("/api-keys") && request.method().equals("POST")
                    ? Answer.json(201, KEY.replace("\"secret\":null", "\"secret\":\"rsk_live_new\""))
                    : request.method().equals("GET")
                            ? Answer.json(200, "{\"items\":[" + KEY + "],\"total\":1,\"limit\":50,\"offset\":0}")
                            : new Answer(204, new byte[0], Map.of());
        }
        if (!("Bearer " + API_KEY).equals(request.headers().get("Authorization"))) {
            return Answer.problem(401, "invalid_api_key", "[key] unknown");
        }
        if (path.startsWith("/uploads")) {
            return uploadRoute(request, path.substring("/uploads".length()).split("/"));
        }
        return switch (path) {
            case "/files" -> request.method().equals("GET") ? list(request) : delete(request);
            case "/files/content" -> content(request);
            case "/jobs/preflight" -> Answer.json(200, """
                    {"ok":true,"shards":2,"problems":[],"warnings":[{"code":"must_wait","message":"[selection] busy","hint":""}]}""");
            case "/jobs" -> Answer.json(201, job("PENDING"));
            case "/workers" -> Answer.json(200, "{\"items\":[],\"total\":0,\"limit\":200,\"offset\":0}");
            default ->
                path.equals("/jobs/job_1")
                        ? Answer.json(200, job("RUNNING"))
                        : Answer.problem(404, "not_found", "[" + path + "] no such thing");
        };
    }

    private static final String KEY = """
            {"id":"key_1","name":"k","prefix":"rsk_live_n","createdAt":"2026-01-01T00:00:00Z","lastUsedAt":null,"secret":null}""";

    static String job(String state) {
        return """
        {"id":"job_1","name":"digits","slug":"digits","state":"%s","phase":"queued","phaseDetail":"needs 3 workers","queuePosition":1,
         "round":0,"rounds":5,"shards":3,"createdAt":"2026-01-01T00:00:00Z","startedAt":null,"endedAt":null,
         "dashboardUrl":"http://x/dashboard/jobs/job_1","cancelRequested":false,"parentId":null,"warnings":[],"metrics":{},
         "spec":{"name":"digits","scripts":"jobs/digits/scripts/"},"failure":null,"aFieldOfANewerServer":1}""".formatted(state);
    }

    private synchronized Answer uploadRoute(Seen request, String[] rest) {
        if (rest.length < 2) {
            JsonNode begin = request.json();
            String id = "upl_" + uploadNumber.incrementAndGet();
            uploads.put(
                    id,
                    new Upload(begin.get("key").asText(), begin.get("sizeBytes").asLong(), new TreeMap<>()));
            return view(201, id);
        }
        Upload upload = uploads.get(rest[1]);
        if (upload == null) {
            return Answer.problem(404, "not_found", "[upload] no such upload");
        }
        if (rest.length == 4) {
            upload.parts().put(Integer.parseInt(rest[3]), request.body());
            return Answer.json(
                    200, "{\"number\":" + rest[3] + ",\"sizeBytes\":" + request.body().length + ",\"etag\":\"e\"}");
        }
        if (rest.length == 3) {
            return complete(rest[1], upload);
        }
        if (request.method().equals("DELETE")) {
            uploads.remove(rest[1]);
            return new Answer(204, new byte[0], Map.of());
        }
        return view(200, rest[1]);
    }

    private Answer complete(String id, Upload upload) {
        if (upload.parts().size() != upload.count()) {
            return Answer.problem(409, "upload_incomplete", "[upload] parts are missing");
        }
        byte[] whole = new byte[(int) upload.size()];
        MessageDigest digests = digest();
        int at = 0;
        for (byte[] part : upload.parts().values()) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
            digests.update(digest().digest(part));
        }
        objects.put(upload.key(), whole);
        String etag = HexFormat.of().formatHex(digests.digest()) + "-" + upload.count();
        etags.put(upload.key(), etag);
        uploads.remove(id);
        return Answer.json(200, "{\"key\":\"%s\",\"sizeBytes\":%d,\"etag\":\"%s\"}".formatted(upload.key(), at, etag));
    }

    private Answer view(int status, String id) {
        Upload upload = Objects.requireNonNull(uploads.get(id));
        List<String> held = new ArrayList<>();
        upload.parts()
                .forEach((number, body) -> held.add(
                        "{\"number\":%d,\"sizeBytes\":%d,\"etag\":\"%s\"}".formatted(number, body.length, md5(body))));
        return Answer.json(
                status,
                "{\"id\":\"%s\",\"key\":\"%s\",\"sizeBytes\":%d,\"partSizeBytes\":%d,\"parts\":%d,\"held\":[%s]}"
                        .formatted(
                                id, upload.key(), upload.size(), PART_BYTES, upload.count(), String.join(",", held)));
    }

    private synchronized Answer list(Seen request) {
        String prefix = request.query().getOrDefault("prefix", "");
        String after = request.query().getOrDefault("after", "");
        int limit = Integer.parseInt(request.query().getOrDefault("limit", "50"));
        List<String> keys = objects.keySet().stream()
                .filter(key -> key.startsWith(prefix) && key.compareTo(after) > 0)
                .toList();
        List<String> items = keys.stream()
                .limit(limit)
                .map(key ->
                        "{\"key\":\"%s\",\"sizeBytes\":%d,\"etag\":\"%s\",\"contentType\":null,\"modifiedAt\":\"2026-01-01T00:00:00Z\"}"
                                .formatted(key, Objects.requireNonNull(objects.get(key)).length, etags.get(key)))
                .toList();
        String next = keys.size() > limit ? "\"" + keys.get(limit - 1) + "\"" : "null";
        return Answer.json(
                200,
                "{\"prefix\":\"%s\",\"items\":[%s],\"folders\":[],\"next\":%s}"
                        .formatted(prefix, String.join(",", items), next));
    }

    private synchronized Answer delete(Seen request) {
        boolean gone = objects.remove(request.query().getOrDefault("key", "")) != null;
        return gone ? Answer.json(200, "{\"objects\":1,\"bytes\":1}") : Answer.problem(404, "not_found", "[key] none");
    }

    private Answer content(Seen request) {
        String key = request.query().getOrDefault("key", "");
        byte[] content = objects.get(key);
        if (content == null) {
            return Answer.problem(404, "not_found", "[key] no such object");
        }
        String etag = "\"" + etags.get(key) + "\"";
        Map<String, String> headers = Map.of("ETag", etag, "Content-Type", "application/octet-stream");
        String range = request.headers().get("Range");
        if (range != null && etag.equals(request.headers().get("If-Range"))) {
            int first = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
            return new Answer(206, Arrays.copyOfRange(content, first, content.length), headers);
        }
        return new Answer(200, content, headers);
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new TreeMap<>();
        if (raw != null) {
            for (String pair : raw.split("&", -1)) {
                String[] parts = pair.split("=", 2);
                query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
        }
        return query;
    }

    static String md5(byte[] content) {
        return HexFormat.of().formatHex(digest().digest(content));
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
