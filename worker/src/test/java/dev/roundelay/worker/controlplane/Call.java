package dev.roundelay.worker.controlplane;

import com.sun.net.httpserver.HttpExchange;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.Problem;
import dev.roundelay.contract.worker.WorkerHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One HTTP exchange with its fault.
final class Call {
    private final HttpExchange http;
    private final Optional<Faults.Fault> fault;

    Call(HttpExchange http, Optional<Faults.Fault> fault) {
        this.http = http;
        this.fault = fault;
    }

    /// The connection was cut on purpose.
    static final class BrokenException extends Exception {}

    String method() {
        return http.getRequestMethod();
    }

    String path() {
        return http.getRequestURI().getPath();
    }

    String query(String name) {
        for (String pair : http.getRequestURI().getQuery().split("&", -1)) {
            if (pair.startsWith(name + "=")) {
                return pair.substring(name.length() + 1);
            }
        }
        throw new IllegalArgumentException(name);
    }

    @Nullable
    String header(String name) {
        return http.getRequestHeaders().getFirst(name);
    }

    void answerHeader(String name, String value) {
        http.getResponseHeaders().set(name, value);
    }

    boolean isRefusedOnPurpose() throws IOException, BrokenException {
        if (fault.orElse(null) instanceof Faults.Fault.Refuse(var _, int status, String code)) {
            problem(status, code);
            return true;
        }
        return false;
    }

    byte[] body() throws IOException {
        return http.getRequestBody().readAllBytes();
    }

    /// Reads the rest of a body; where it breaks, what has arrived is handed to `held`.
    byte[] bodyAfter(byte[] before, Consumer<byte[]> held) throws IOException, BrokenException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(before);
        InputStream in = http.getRequestBody();
        if (fault.orElse(null) instanceof Faults.Fault.CutUpload(var _, long after)) {
            all.write(in.readNBytes((int) after));
            held.accept(all.toByteArray());
            throw new BrokenException();
        }
        in.transferTo(all);
        return all.toByteArray();
    }

    long rangeStart() {
        String range = header("Content-Range");
        if (range == null) {
            return 0;
        }
        if (range.startsWith("bytes */")) {
            return Long.parseLong(range.substring("bytes */".length()));
        }
        return Long.parseLong(range.substring("bytes ".length(), range.indexOf('-')));
    }

    /// Returns the body that was handed over by link, taking it away.
    Optional<byte[]> linked(FakeControlPlane plane, String worker) throws IOException {
        String name = header(WorkerHeaders.LINK);
        if (name == null || plane.handover == null) {
            return Optional.empty();
        }
        Path file = plane.handover.resolve(worker).resolve(name);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        plane.faults().linked();
        return Optional.of(bytes);
    }

    /// Answers with a file, or a part of it, or a link to it.
    void file(byte[] bytes, String etag, boolean checksum, FakeControlPlane plane, String worker)
            throws IOException, BrokenException {
        if (!etag.isEmpty()) {
            answerHeader("ETag", etag);
        }
        if (checksum) {
            answerHeader(WorkerHeaders.CRC32C, Sums.crc32c(bytes));
        }
        String link = header(WorkerHeaders.LINK);
        if (link != null && plane.handover != null) {
            Files.write(plane.handover.resolve(worker).resolve(link), bytes);
            answerHeader(WorkerHeaders.LINK, link);
            plane.faults().linked();
            empty(204);
            return;
        }
        String range = header("Range");
        String condition = header("If-Range");
        int from = range != null && (condition == null || condition.equals(etag))
                ? Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"))
                : 0;
        boolean partial = from > 0;
        if (partial) {
            answerHeader("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
            plane.faults().resumedDownload();
        }
        send(partial ? 206 : 200, Arrays.copyOfRange(bytes, from, bytes.length));
    }

    void json(int status, Object body) throws IOException, BrokenException {
        answerHeader("Content-Type", "application/json");
        send(status, Json.strict().writeValueAsBytes(body));
    }

    void refuse(int status, ErrorCode code) throws IOException, BrokenException {
        problem(status, code.toString());
    }

    private void problem(int status, String code) throws IOException, BrokenException {
        answerHeader("Content-Type", "application/problem+json");
        body();
        send(status, Json.strict().writeValueAsBytes(new Problem(code, "[test] " + code, null, "req_1", null)));
    }

    void empty(int status) throws IOException, BrokenException {
        send(status, new byte[0]);
    }

    private void send(int status, byte[] body) throws IOException, BrokenException {
        if (fault.orElse(null) instanceof Faults.Fault.LoseReply) {
            throw new BrokenException();
        }
        boolean none = body.length == 0 || method().equals("HEAD");
        http.sendResponseHeaders(status, none ? -1 : body.length);
        if (fault.orElse(null) instanceof Faults.Fault.CutDownload(var _, long after)) {
            http.getResponseBody().write(body, 0, (int) Math.min(after, body.length));
            http.getResponseBody().flush();
            throw new BrokenException();
        }
        if (!none) {
            http.getResponseBody().write(body);
        }
    }
}
