package dev.roundelay.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.server.TestServer;
import dev.roundelay.server.TestServer.Answer;
import dev.roundelay.server.TestServer.As;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// `/metrics`. Who may read it else is in the authorization matrix.
class MetricsIT {
    private static final As COLLECTOR = As.key(TestServer.METRICS_TOKEN);
    private static final Pattern NAME = Pattern.compile("roundelay_\\w+");

    @RegisterExtension
    static final TestServer SERVER = new TestServer();

    @Test
    void a_collector_reads_how_the_server_stands() {
        Answer answer = SERVER.get("/metrics", COLLECTOR);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/plain");
        assertThat(answer.text().lines())
                .contains("roundelay_active 1.0", "roundelay_database_up 1.0", "roundelay_queue_oldest_seconds 0.0")
                .anyMatch(line -> line.startsWith("roundelay_server{role=\"active\",version="))
                .anyMatch(line -> line.startsWith("roundelay_epoch "))
                .anyMatch(line -> line.startsWith("roundelay_storage_used_bytes "))
                .anyMatch(line -> line.matches("roundelay_disk_free_bytes [1-9].*"))
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"))
                .anyMatch(line -> line.startsWith("process_uptime_seconds "));
    }

    @Test
    void what_is_stored_is_counted_at_each_scrape() {
        SERVER.call("PUT", "/api/v1/files/content?key=counted.txt", SERVER.admin(), "12345");
        double before = value("roundelay_storage_used_bytes");
        SERVER.call("PUT", "/api/v1/files/content?key=counted-too.txt", SERVER.admin(), "123");

        assertThat(value("roundelay_storage_used_bytes") - before).isEqualTo(3);
    }

    @Test
    void another_token_is_no_collector() {
        assertThat(SERVER.get("/metrics", As.key(TestServer.METRICS_TOKEN + "x"))
                        .code())
                .isEqualTo("invalid_api_key");
        assertThat(SERVER.get("/metrics", As.NOBODY).code()).isEqualTo("session_required");
        // It opens nothing else.
        assertThat(SERVER.get("/api/v1/me", COLLECTOR).code()).isEqualTo("invalid_api_key");
    }

    @Test
    void the_alerts_ask_for_what_there_is() throws IOException {
        String alerts = Files.readString(Path.of("../deploy/prometheus/alerts.yml"));
        String scraped = SERVER.get("/metrics", COLLECTOR).text();

        // Workers have a row as soon as there is one.
        assertThat(NAME.matcher(alerts).results().map(MatchResult::group).distinct())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(scraped + "roundelay_workers{").containsPattern(name + "[ {]"));
    }

    private static double value(String metric) {
        return SERVER.get("/metrics", COLLECTOR)
                .text()
                .lines()
                .filter(line -> line.startsWith(metric + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(metric.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
