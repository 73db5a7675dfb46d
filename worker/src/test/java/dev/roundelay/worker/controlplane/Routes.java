package dev.roundelay.worker.controlplane;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.worker.Events;
import dev.roundelay.contract.worker.EventsReply;
import dev.roundelay.contract.worker.RegisterReply;
import dev.roundelay.contract.worker.RegisterRequest;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.contract.worker.ValidationReport;
import dev.roundelay.contract.worker.WorkerHeaders;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The routes of the worker protocol over a [FakeControlPlane].
final class Routes implements HttpHandler {
    private static final Pattern ASSIGNMENT = Pattern.compile("/worker/v1/assignments/([^/]+)(/.*)?");
    private static final String WORKER = "wrk_test";
    private static final String SECRET = "rws_test";

    private final FakeControlPlane plane;

    Routes(FakeControlPlane plane) {
        this.plane = plane;
    }

    @Override
    public void handle(HttpExchange http) throws IOException {
        Call call = new Call(
                http,
                plane.faults()
                        .take(http.getRequestMethod() + " "
                                + http.getRequestURI().getPath()));
        try {
            route(call);
        } catch (Call.BrokenException _) {
            // The connection was cut on purpose.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            http.close();
        }
    }

    private void route(Call call) throws IOException, InterruptedException, Call.BrokenException {
        if (call.isRefusedOnPurpose()) {
            return;
        }
        String path = call.path();
        if (path.equals("/worker/v1/register")) {
            register(call);
            return;
        }
        if (plane.refusesWorker() || !("Bearer " + SECRET).equals(call.header("Authorization"))) {
            call.refuse(401, ErrorCode.INVALID_API_KEY);
            return;
        }
        if (path.equals("/worker/v1/sync")) {
            SyncRequest request = Json.strict().readValue(call.body(), SyncRequest.class);
            long wait = Long.parseLong(call.query("wait"));
            call.json(200, plane.sync(request, Duration.ofSeconds(wait)));
            return;
        }
        Matcher matcher = ASSIGNMENT.matcher(path);
        if (!matcher.matches()) {
            call.refuse(404, ErrorCode.NO_SUCH_ROUTE);
            return;
        }
        Optional<Site> site = plane.find(matcher.group(1));
        if (site.isEmpty()) {
            call.refuse(404, ErrorCode.NOT_FOUND);
        } else if (!site.get().fence.equals(call.header(WorkerHeaders.FENCE))) {
            call.refuse(409, ErrorCode.STALE_FENCE);
        } else {
            ofAssignment(call, site.get(), matcher.group(2) == null ? "" : matcher.group(2));
        }
    }

    private void register(Call call) throws IOException, Call.BrokenException {
        if (!("Bearer " + FakeControlPlane.TOKEN).equals(call.header("Authorization"))) {
            call.refuse(401, ErrorCode.INVALID_API_KEY);
            return;
        }
        RegisterRequest request = Json.strict().readValue(call.body(), RegisterRequest.class);
        if (request.name().equals("taken")) {
            call.refuse(409, ErrorCode.NAME_TAKEN);
        } else if (request.name().equals("old")) {
            call.refuse(400, ErrorCode.VERSION_MISMATCH);
        } else {
            plane.registered();
            call.json(201, new RegisterReply(WORKER, SECRET));
        }
    }

    private void ofAssignment(Call call, Site site, String below) throws IOException, Call.BrokenException {
        List<String> parts = Arrays.asList(below.split("/"));
        switch (call.method() + " " + (parts.size() > 1 ? parts.get(1) : "")) {
            case "GET " -> call.json(200, plane.plan(site));
            case "GET inputs" -> call.file(Objects.requireNonNull(plane.blob(parts.get(2))), "", false, plane, WORKER);
            case "GET models" -> model(call, site, Integer.parseInt(parts.get(2)));
            case "PUT models" -> upload(call, site, below, body -> plane.acceptModel0(site, body));
            case "PUT updates" -> {
                int round = Integer.parseInt(parts.get(2));
                plane.change(() -> site.filesBeforeUpdate.putIfAbsent(round, Set.copyOf(site.files.keySet())));
                if (plane.model(site.run, round + 1) != null && !site.updates.containsKey(round)) {
                    call.refuse(409, ErrorCode.ROUND_CLOSED);
                } else {
                    upload(
                            call,
                            site,
                            below,
                            body -> plane.change(() -> {
                                site.updates.putIfAbsent(round, body);
                                site.updatesReceived.merge(round, 1, Integer::sum);
                            }));
                }
            }
            case "PUT files" -> {
                String name = String.join("/", parts.subList(2, parts.size()));
                upload(call, site, below, body -> plane.change(() -> site.files.put(name, body)));
            }
            case "PUT validations" -> {
                ValidationReport report = Json.strict().readValue(call.body(), ValidationReport.class);
                plane.change(() -> site.validations.put(Integer.parseInt(parts.get(2)), report));
                call.empty(204);
            }
            case "POST events" -> call.json(200, events(site, Json.strict().readValue(call.body(), Events.class)));
            case "HEAD updates", "HEAD models", "HEAD files" -> {
                byte[] held = site.partial.getOrDefault(below + call.header(WorkerHeaders.CRC32C), new byte[0]);
                call.answerHeader(WorkerHeaders.HELD, Integer.toString(held.length));
                call.empty(200);
            }
            default -> call.refuse(404, ErrorCode.NO_SUCH_ROUTE);
        }
    }

    private void model(Call call, Site site, int k) throws IOException, Call.BrokenException {
        byte[] bytes = plane.model(site.run, k);
        if (bytes == null) {
            call.refuse(410, ErrorCode.ROUND_NOT_KEPT);
        } else {
            call.file(bytes, "\"model-" + k + "-" + Sums.crc32c(bytes) + "\"", true, plane, WORKER);
        }
    }

    private interface Accept {
        void body(byte[] whole);
    }

    private void upload(Call call, Site site, String below, Accept accept) throws IOException, Call.BrokenException {
        String crc = Objects.requireNonNull(call.header(WorkerHeaders.CRC32C));
        String key = below + crc;
        Optional<byte[]> linked = call.linked(plane, WORKER);
        byte[] before = linked.orElseGet(() -> site.partial.getOrDefault(key, new byte[0]));
        if (linked.isEmpty() && call.header(WorkerHeaders.LINK) != null) {
            call.refuse(412, ErrorCode.PRECONDITION_FAILED);
            return;
        }
        if (linked.isEmpty() && call.rangeStart() != 0 && call.rangeStart() != before.length) {
            call.refuse(416, ErrorCode.RANGE_NOT_SATISFIABLE);
            return;
        }
        if (call.rangeStart() > 0) {
            plane.faults().resumedUpload();
        }
        if (linked.isEmpty() && call.rangeStart() == 0) {
            before = new byte[0];
        }
        byte[] whole = call.bodyAfter(before, held -> plane.change(() -> site.partial.put(key, held)));
        if (!Sums.crc32c(whole).equals(crc)) {
            call.refuse(422, ErrorCode.CHECKSUM_MISMATCH);
            return;
        }
        accept.body(whole);
        call.empty(204);
    }

    private EventsReply events(Site site, Events events) {
        plane.change(() -> {
            long mark = site.mark;
            events.lines().stream().filter(line -> line.n() > mark).forEach(site.lines::add);
            events.metrics().stream().filter(metric -> metric.n() > mark).forEach(site.metrics::add);
            events.warnings().stream().filter(warning -> warning.n() > mark).forEach(site.warnings::add);
            events.lines().forEach(line -> site.mark = Math.max(site.mark, line.n()));
            events.metrics().forEach(metric -> site.mark = Math.max(site.mark, metric.n()));
            events.warnings().forEach(warning -> site.mark = Math.max(site.mark, warning.n()));
        });
        return new EventsReply(site.mark);
    }
}
