package dev.roundelay.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.storage.ETag;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.PartTag;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.Upload;
import dev.roundelay.testkit.storage.S3Fixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PresignerIT {
    private static final S3KeyPair SIGNER = new S3KeyPair(
            S3Fixture.USER.accessKeyId(),
            S3Fixture.USER.secretAccessKey(),
            S3Fixture.USER.owner(),
            S3Fixture.USER.bucket());
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final HttpClient client = HttpClient.newHttpClient();
    private TestEndpoint endpoint;
    private Presigner presigner;

    @BeforeEach
    void start() throws IOException {
        endpoint = TestEndpoint.inMemory();
        presigner = presigner(InstantSource.system());
    }

    private Presigner presigner(InstantSource clock) {
        return new Presigner(URI.create("http://127.0.0.1:" + endpoint.port()), "garage", clock);
    }

    @AfterEach
    void stop() {
        client.close();
        endpoint.close();
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> put(URI uri, String body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri).PUT(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    @Test
    void a_link_writes_and_reads_any_key() throws Exception {
        for (String key : List.of("plain", "a b/ü+%25&=?#'()*!~/x", "\uD83D\uDE00", "//a/../b")) {
            assertThat(put(presigner.put(SIGNER, new ObjectKey(key), MINUTE), key)
                            .statusCode())
                    .as(key)
                    .isEqualTo(200);
            assertThat(get(presigner.get(SIGNER, new ObjectKey(key), MINUTE)).body())
                    .isEqualTo(key);
        }
    }

    @Test
    void a_download_link_names_its_file() throws Exception {
        var key = new ObjectKey("jobs/x/model_out/checkpoint.pt");
        endpoint.objects().put(SIGNER.bucket(), key, new byte[] {65}, ObjectAttributes.of("text/html"));

        HttpResponse<String> answer = get(presigner.download(SIGNER, key, "modèle \"1\".pt", MINUTE));

        assertThat(answer.headers().firstValue("Content-Disposition"))
                .contains("attachment; filename*=UTF-8''mod%C3%A8le%20%221%22.pt");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.headers().firstValue("Content-Security-Policy")).contains("sandbox; default-src 'none'");
    }

    @Test
    void a_part_link_adds_a_part() throws Exception {
        var key = new ObjectKey("big");
        Upload upload = endpoint.objects().index().createUpload(SIGNER.bucket(), key, ObjectAttributes.DEFAULT);

        HttpResponse<String> answer = put(presigner.putPart(SIGNER, key, upload.id(), 1, MINUTE), "part");

        String etag = answer.headers().firstValue("ETag").orElseThrow();
        endpoint.objects()
                .complete(
                        SIGNER.bucket(),
                        key,
                        upload.id(),
                        List.of(new PartTag(1, ETag.parse(etag))),
                        Precondition.NONE);
        assertThat(get(presigner.get(SIGNER, key, MINUTE)).body()).isEqualTo("part");
    }

    @Test
    void a_link_is_good_for_one_key_one_method_and_its_life() throws Exception {
        var key = new ObjectKey("k");
        endpoint.objects().put(SIGNER.bucket(), key, new byte[] {65}, ObjectAttributes.DEFAULT);
        URI link = presigner.get(SIGNER, key, MINUTE);
        Presigner earlier = presigner(() -> Instant.now().minusSeconds(120));

        assertThat(get(link).statusCode()).isEqualTo(200);
        assertThat(put(link, "x").statusCode()).isEqualTo(403);
        assertThat(get(URI.create(link.toString().replace("/k?", "/l?"))).statusCode())
                .isEqualTo(403);
        assertThat(get(URI.create(link.toString().replace("Expires=60", "Expires=90")))
                        .statusCode())
                .isEqualTo(403);
        assertThat(get(earlier.get(SIGNER, key, MINUTE)).statusCode()).isEqualTo(403);
        assertThat(get(earlier.get(SIGNER, key, Duration.ofMinutes(5))).statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_life_or_address_that_cannot_be_is_refused() {
        var key = new ObjectKey("k");

        assertThatThrownBy(() -> presigner.get(SIGNER, key, Duration.ofDays(8)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> presigner.get(SIGNER, key, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Presigner(URI.create("https://host/s3"), "garage", InstantSource.system()))
                .hasMessageContaining("without a path");
    }
}
