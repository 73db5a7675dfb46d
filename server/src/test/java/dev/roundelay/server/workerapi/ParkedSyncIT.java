package dev.roundelay.server.workerapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.server.TestControlPlane;
import dev.roundelay.server.TestControlPlane.Answer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ParkedSyncIT {
    @RegisterExtension
    static final TestControlPlane PLANE = new TestControlPlane();

    @Test
    void without_news_the_answer_comes_when_the_wait_is_over() {
        String secret = PLANE.join("waits").path("secret").asText();
        Answer first = PLANE.sync(secret, "one");
        long before = System.nanoTime();

        Answer second =
                PLANE.sync(secret, "one", 1, first.json().path("version").toString());

        assertThat(second.status()).isEqualTo(200);
        assertThat(second.json()).isEqualTo(first.json());
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
        assertThat(second.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
    }

    @Test
    void whoever_has_seen_nothing_is_answered_at_once() {
        String secret = PLANE.join("new").path("secret").asText();
        long before = System.nanoTime();

        assertThat(PLANE.sync(secret, "one", 30, "null").status()).isEqualTo(200);

        assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(25));
    }

    @Test
    void a_worker_that_is_removed_while_its_call_is_parked_is_told_in_the_usual_words() throws Exception {
        JsonNode joined = PLANE.join("removed");
        String secret = joined.path("secret").asText();
        String seen = PLANE.sync(secret, "one").json().path("version").toString();
        CompletableFuture<Answer> parked =
                CompletableFuture.supplyAsync(() -> PLANE.sync(secret, "one", 30, seen), Thread::startVirtualThread);
        long before = System.nanoTime();

        PLANE.call(
                PLANE.admin(),
                "DELETE",
                "/api/v1/workers/" + joined.path("workerId").asText(),
                "");

        Answer answer = parked.get(1, TimeUnit.MINUTES);
        assertThat(answer.status()).as(answer.text()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("invalid_api_key");
        assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(25));
    }
}
