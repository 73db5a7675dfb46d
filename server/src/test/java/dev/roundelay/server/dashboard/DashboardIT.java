package dev.roundelay.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.server.active.Standing;
import dev.roundelay.server.http.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DashboardIT {
    private static final WebFolder PAGES = new WebFolder("/dev/roundelay/server/dashboard/pages/");

    private final HttpClient client = HttpClient.newHttpClient();
    private @Nullable HttpServer server;
    private int port;

    @AfterEach
    void stop() {
        client.close();
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/login",
                "/dashboard",
                "/dashboard/jobs",
                "/dashboard/jobs/job_1/logs?line=7",
                "/profile",
                "/admin",
                "/admin/users"
            })
    void every_address_of_the_dashboard_is_the_one_page(String path) throws Exception {
        serve(PAGES, "http://127.0.0.1:1");

        HttpResponse<String> answer = get(path);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "Content-Type")).isEqualTo("text/html;charset=utf-8");
        assertThat(answer.body())
                .contains("<meta name=\"roundelay-root\" content=\"\" />")
                .contains("src=\"/assets/main-1.js\"")
                .contains("href=\"/favicon.svg\"");
    }

    @Test
    void pages_may_run_and_show_only_what_comes_from_here_and_the_rest_may_do_nothing() throws Exception {
        serve(PAGES, "http://127.0.0.1:1");

        assertThat(header(get("/dashboard"), "Content-Security-Policy"))
                .isEqualTo("default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline';"
                        + " img-src 'self' blob:; font-src 'self'; connect-src 'self'; frame-ancestors 'none';"
                        + " base-uri 'none'; form-action 'self'");
        assertThat(header(get("/favicon.svg"), "Content-Security-Policy")).contains("default-src 'none'", "sandbox");
        assertThat(header(get("/nothing"), "Content-Security-Policy")).contains("default-src 'none'", "sandbox");
    }

    @Test
    void a_proxys_path_goes_before_every_address_of_the_page() throws Exception {
        serve(PAGES, "https://fl.example.org/team/fl/");

        assertThat(get("/dashboard/jobs/job_1").body())
                .contains("<meta name=\"roundelay-root\" content=\"/team/fl\" />")
                .contains("src=\"/team/fl/assets/main-1.js\"")
                .contains("href=\"/team/fl/favicon.svg\"");
    }

    @Test
    void the_help_of_every_failure_is_a_section_of_a_page_that_runs_nothing() throws Exception {
        serve(PAGES, "http://127.0.0.1:1");

        HttpResponse<String> answer = get("/docs/errors");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "Content-Security-Policy")).startsWith("default-src 'none'; style-src");
        for (FailureReason reason : FailureReason.values()) {
            assertThat(answer.body()).contains("<h2 id=\"" + reason + "\">");
        }
        assertThat(answer.body())
                .contains("<h2 id=\"not_found-404\">", "<code>estimated_memory_mb</code>")
                .doesNotContain("`", "## ");
    }

    @Test
    void what_the_help_says_is_text() {
        assertThat(ErrorsPage.of("## a<b (1)\n\nsay `x < y`"))
                .contains("<h2 id=\"ab-1\">a&lt;b (1)</h2>", "<p>say <code>x &lt; y</code></p>");
    }

    @Test
    void what_a_path_holds_cannot_leave_its_attribute() {
        assertThat(StartPage.of("<a href=\"./x\">".getBytes(StandardCharsets.UTF_8), "https://h/it's&all"))
                .isEqualTo("<a href=\"/it&#39;s&amp;all/x\">");
    }

    @Test
    void assets_are_kept_for_ever_and_packed_for_whoever_takes_that() throws Exception {
        serve(PAGES, "http://127.0.0.1:1");

        HttpResponse<byte[]> plain = fetch("/assets/main-1.js", "identity");
        HttpResponse<byte[]> packed = fetch("/assets/main-1.js", "br, gzip");

        assertThat(header(plain, "Content-Type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(header(plain, "Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
        assertThat(header(plain, "Content-Encoding")).isEmpty();
        assertThat(header(packed, "Content-Encoding")).isEqualTo("gzip");
        assertThat(header(packed, "Vary")).isEqualTo("Accept-Encoding");
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
            assertThat(in.readAllBytes()).isEqualTo(plain.body());
        }
    }

    @Test
    void a_missing_asset_is_not_found_and_not_the_page() throws Exception {
        serve(PAGES, "http://127.0.0.1:1");

        HttpResponse<String> answer = get("/assets/main-2.js");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/assets/../secret.txt",
                "/assets/..%2fsecret.txt",
                "/assets/%2e%2e/secret.txt",
                "/assets/%2e%2e%2fsecret.txt",
                "/assets/..%5csecret.txt",
                "/assets//secret.txt",
                "/assets/..;/secret.txt",
                "/assets/%2e%2e%2f%2e%2e%2fDashboardResource.class"
            })
    void no_name_leads_out_of_the_folder(String path) throws Exception {
        serve(PAGES, "http://127.0.0.1:1");

        String answer = raw(path);

        assertThat(answer).matches("(?s)HTTP/1.1 40[04] .*").doesNotContain("not a page");
    }

    @Test
    void a_build_without_pages_says_how_to_get_them() throws Exception {
        serve(new WebFolder("/dev/roundelay/server/dashboard/none/"), "http://127.0.0.1:1");

        HttpResponse<String> answer = get("/dashboard");

        assertThat(answer.statusCode()).isEqualTo(501);
        assertThat(header(answer, "Content-Type")).isEqualTo("text/plain;charset=utf-8");
        assertThat(answer.body()).contains("make build");
    }

    private void serve(WebFolder folder, String publicUrl) {
        HttpServer made = new HttpServer(
                new HttpServer.Listen("127.0.0.1", 0, null),
                () -> Standing.SERVES,
                List.of(new DashboardResource(folder, publicUrl)),
                new SecureRandom());
        server = made;
        port = made.start().getPort();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<byte[]> fetch(String path, String accepted) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri(path))
                        .header("Accept-Encoding", accepted)
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /// Sends a path as it is: a client of good manners would resolve it first.
    private String raw(String path) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .formatted(path)
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
