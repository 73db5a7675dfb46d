package dev.roundelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class MainTest {
    private record Reply(int status, String body) {}

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final List<String> routes = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    MainTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                var unused = exchange.getRequestBody().readAllBytes();
                String route = exchange.getRequestMethod() + " "
                        + exchange.getRequestURI().getPath().replaceFirst("^/api/v1", "");
                routes.add(route);
                Reply reply = replies.getOrDefault(
                        route, new Reply(404, "{\"code\":\"not_found\",\"message\":\"[" + route + "] none\"}"));
                byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(reply.status(), body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void jobs_are_a_table_for_people_and_json_for_programs() throws IOException {
        replies.put(
                "GET /jobs",
                new Reply(200, "{\"items\":[" + job("RUNNING", "null") + "],\"total\":1,\"limit\":50,\"offset\":0}"));
        assertThat(run("jobs", "list")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "ID     NAME    STATE    PHASE     ROUND  CREATED",
                        "job_1  digits  RUNNING  training  2/5    2026-01-01T00:00:00Z");
        out.getBuffer().setLength(0);
        assertThat(run("jobs", "list", "--json")).isZero();
        assertThat(out.toString()).startsWith("{\"items\":[{\"id\":\"job_1\"");
    }

    @Test
    void each_way_to_fail_has_its_exit_code() throws IOException {
        replies.put("GET /jobs/a", problem(401));
        replies.put("GET /jobs/b", problem(404));
        replies.put("POST /jobs/c/cancel", problem(409));
        replies.put("GET /jobs/d", problem(500));
        assertThat(run("jobs", "get", "a")).isEqualTo(ExitCodes.NOT_ALLOWED);
        assertThat(run("jobs", "get", "b")).isEqualTo(ExitCodes.NOT_FOUND);
        assertThat(run("jobs", "cancel", "c")).isEqualTo(ExitCodes.CONFLICT);
        assertThat(run("jobs", "get", "d")).isEqualTo(ExitCodes.FAILED);
        assertThat(run("jobs", "frobnicate")).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("[x] message (some_code)", "hint: do this", "request: req_9");
    }

    @Test
    void an_error_is_json_where_json_was_asked_for() throws IOException {
        replies.put("GET /jobs/a", problem(409));
        assertThat(run("jobs", "get", "a", "--json")).isEqualTo(ExitCodes.CONFLICT);
        assertThat(err.toString()).contains("\"code\":\"some_code\"", "\"requestId\":\"req_9\"");
    }

    @Test
    void watching_tells_how_the_job_ended_by_text_and_exit_code() throws IOException {
        replies.put("GET /jobs/job_1", new Reply(200, job("FAILED", """
                                {"reason":"user_error","category":"user","retriable":false,"message":"[site-2] ValueError: no","remedy":"mend fl_train","helpUrl":"u","site":"site-2","logTail":[]}""")));
        assertThat(run("jobs", "watch", "job_1")).isEqualTo(ExitCodes.JOB_FAILED);
        assertThat(out.toString()).contains("FAILED", "[site-2] ValueError: no", "what to do: mend fl_train");
        replies.put("GET /jobs/job_1", new Reply(200, job("CANCELLED", "null")));
        assertThat(run("jobs", "watch", "job_1")).isEqualTo(ExitCodes.JOB_CANCELLED);
        replies.put("GET /jobs/job_1", new Reply(200, job("FINISHED", "null")));
        assertThat(run("jobs", "watch", "job_1")).isZero();
    }

    @Test
    void a_dry_run_tells_problems_and_warnings_and_sends_nothing() throws IOException {
        Path code = Files.writeString(folder.resolve("model_def.py"), "class Net: pass\n");
        Path shards = Files.createDirectory(folder.resolve("shards"));
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(shards.resolve("a.zip")))) {
            zip.putNextEntry(new ZipEntry("a.txt"));
        }
        replies.put("POST /jobs/preflight", new Reply(200, """
                        {"ok":false,"shards":1,
                         "problems":[{"code":"slug_in_use","message":"[name] job_7 has it","hint":"wait"}],
                         "warnings":[{"code":"must_wait","message":"[selection] busy","hint":""}]}"""));

        assertThat(run("submit", code.toString(), "--class", "Net", "--shards", shards.toString(), "--dry-run"))
                .isEqualTo(ExitCodes.USAGE);

        assertThat(out.toString())
                .contains("problem: [name] job_7 has it (slug_in_use)", "what to do: wait")
                .contains("warning: [selection] busy (must_wait)", "nothing was sent");
        assertThat(routes).containsExactly("POST /jobs/preflight");
    }

    @Test
    void a_note_and_tags_are_set_and_shown() throws IOException {
        replies.put(
                "PATCH /jobs/job_1",
                new Reply(
                        200,
                        job("FINISHED", "null")
                                .replace("\"warnings\"", "\"note\":\"wider\",\"tags\":[\"a\",\"b\"],\"warnings\"")));

        assertThat(run("jobs", "note", "job_1", "--text", "wider", "--tags", "a,b"))
                .isZero();

        assertThat(out.toString()).contains("tags       a, b", "note       wider");
    }

    @Test
    void logs_are_read_page_by_page() throws IOException {
        replies.put("GET /jobs/job_1", new Reply(200, job("FINISHED", "null")));
        replies.put("GET /jobs/job_1/logs", new Reply(200, """
                        {"items":[{"seq":3,"time":"2026-01-01T00:00:00Z","site":"site-1","source":"user","level":"info","round":0,"attempt":1,"message":"loss 0.5"}],"next":3}"""));
        // The second page of this server is the same again, with the same cursor: the end.
        assertThat(run("logs", "job_1")).isZero();
        assertThat(out.toString()).contains("site-1 info round 1 loss 0.5");
    }

    @Test
    void options_of_a_submit_make_the_specification() {
        SubmitOptions options = new SubmitOptions();
        CommandLine only = new CommandLine(new Empty());
        only.addMixin("options", options);
        only.parseArgs("--class", "Net", "--extra", "MOMENTUM=0.9", "--extra", "NOTE=a b", "--gpu-models", "cpu,a100");
        assertThat(options.training().extra()).containsEntry("MOMENTUM", 0.9).containsEntry("NOTE", "a b");
        assertThat(options.model().className()).isEqualTo("Net");
        assertThat(options.selection().auto()).isNotNull();
    }

    @CommandLine.Command
    private static final class Empty {}

    private int run(String... args) throws IOException {
        Path key = Files.writeString(folder.resolve("key"), "rsk_live_test\n");
        List<String> all = new ArrayList<>(List.of(args));
        if (!all.contains("frobnicate")) {
            all.addAll(List.of(
                    "--url", "http://127.0.0.1:" + server.getAddress().getPort(), "--api-key-file", key.toString()));
        }
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
    }

    private static Reply problem(int status) {
        return new Reply(status, """
                {"code":"some_code","message":"[x] message","hint":"do this","requestId":"req_9","details":{}}""");
    }

    private static String job(String state, String failure) {
        return """
        {"id":"job_1","name":"digits","slug":"digits","state":"%s","phase":%s,"phaseDetail":null,"queuePosition":null,
         "round":2,"rounds":5,"shards":3,"createdAt":"2026-01-01T00:00:00Z","startedAt":null,"endedAt":null,
         "dashboardUrl":"http://x/dashboard/jobs/job_1","cancelRequested":false,"parentId":null,"warnings":[],"metrics":{},
         "spec":{"name":"digits","scripts":"jobs/digits/scripts/"},"failure":%s}""".formatted(state, state.equals("RUNNING") ? "\"training\"" : "null", failure);
    }
}
