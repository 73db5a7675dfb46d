package dev.roundelay.server.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.server.TestControlPlane;
import dev.roundelay.server.TestControlPlane.Answer;
import dev.roundelay.server.TestControlPlane.Caller;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.ObjectKey;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompatStorageIT {
    private static final String STORAGE = "/api/users/storage";

    @RegisterExtension
    static final TestControlPlane PLANE = new TestControlPlane();

    @Test
    void the_bucket_of_the_credentials_file_is_told_without_its_secret() {
        JsonNode bucket = PLANE.get(PLANE.admin(), STORAGE + "/bucket").json();

        assertThat(bucket.path("bucketAlias").asText()).isEqualTo(PLANE.credential("RESON_S3_BUCKET"));
        assertThat(bucket.path("accessKeyId").asText()).isEqualTo(PLANE.credential("RESON_S3_KEY"));
        assertThat(bucket.path("endpoint").asText()).isEqualTo(PLANE.credential("RESON_S3_ENDPOINT"));
        assertThat(bucket.has("secretAccessKey")).isFalse();
    }

    @Test
    void a_bucket_is_made_once_and_its_key_can_be_rotated() {
        Caller user = PLANE.newUser("rotating");
        assertThat(PLANE.get(user, STORAGE + "/bucket").status()).isEqualTo(404);

        JsonNode made = PLANE.call(user, "POST", STORAGE + "/bucket", "").json();
        JsonNode again = PLANE.call(user, "POST", STORAGE + "/bucket", "").json();
        assertThat(again).isEqualTo(made);
        assertThat(made.path("secretAccessKey").asText()).isNotEmpty();

        JsonNode rotated =
                PLANE.call(user, "PATCH", STORAGE + "/bucket/rotate-key", "").json();
        assertThat(rotated.path("bucketAlias")).isEqualTo(made.path("bucketAlias"));
        assertThat(rotated.path("accessKeyId")).isNotEqualTo(made.path("accessKeyId"));
        assertThat(rotated.path("secretAccessKey")).isNotEqualTo(made.path("secretAccessKey"));
        assertThat(PLANE.values("select action from audit_entry where user_id = 'usr_rotating'"))
                .containsExactly("bucket_key_rotated");
    }

    @Test
    void a_file_is_uploaded_by_signed_links_and_completed_by_its_tags() {
        byte[] body = "a shard".getBytes(StandardCharsets.UTF_8);
        JsonNode begun = begin(PLANE.admin(), "shards/ü b.zip", body.length).json();
        assertThat(begun.path("urls")).hasSize(1);

        Answer put = PLANE.put(URI.create(begun.path("urls").path(0).asText()), body);
        assertThat(put.status()).isEqualTo(200);
        String tag = put.headers().firstValue("ETag").orElseThrow().replace("\"", "");
        Answer done = PLANE.call(PLANE.admin(), "POST", STORAGE + "/upload/complete", """
                {"uploadId": "%s", "key": "shards/ü b.zip", "parts": [{"PartNumber": 1, "ETag": "%s"}]}
                """.formatted(
                        begun.path("uploadId").asText(), tag));

        assertThat(done.status()).as(done.text()).isEqualTo(200);
        assertThat(PLANE.index()
                        .object(PLANE.adminBucket(), new ObjectKey("shards/ü b.zip"))
                        .sizeBytes())
                .isEqualTo(body.length);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "52428800, 1", "52428801, 2", "104857600, 2", "104857601, 3"})
    void there_are_as_many_links_as_the_client_cuts_parts(long size, int links) {
        assertThat(begin(PLANE.admin(), "sizes.zip", size).json().path("urls")).hasSize(links);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "\"5\"", "null", "1.5", "1e30", "99999999999999999", "524288000001"})
    void a_size_that_is_none_is_refused_by_name(String size) {
        Answer answer = PLANE.call(
                PLANE.admin(), "POST", STORAGE + "/upload/init", "{\"key\": \"a\", \"size\": %s}".formatted(size));

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.message()).contains("[size]");
    }

    @Test
    void what_does_not_fit_the_quota_is_refused_before_it_is_sent() {
        Caller user = PLANE.newUser("small");
        JsonNode made = PLANE.call(user, "POST", STORAGE + "/bucket", "").json();
        BucketName bucket = new BucketName(made.path("bucketAlias").asText());
        PLANE.index().changeQuota(bucket, 1_000);

        Answer answer = begin(user, "large.zip", 1_001);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("storage_quota_exceeded");
        assertThat(answer.json().path("hint").asText()).isNotEmpty();
        assertThat(PLANE.index().uploads(bucket)).isEmpty();
        assertThat(begin(user, "fits.zip", 1_000).status()).isEqualTo(200);
    }

    @Test
    void an_upload_is_aborted_and_then_not_known() {
        JsonNode begun = begin(PLANE.admin(), "aborted.zip", 10).json();
        String body = "{\"uploadId\": \"%s\", \"key\": \"aborted.zip\"}"
                .formatted(begun.path("uploadId").asText());

        assertThat(PLANE.call(PLANE.admin(), "POST", STORAGE + "/upload/abort", body)
                        .status())
                .isEqualTo(204);
        assertThat(PLANE.call(PLANE.admin(), "POST", STORAGE + "/upload/abort", body)
                        .status())
                .isEqualTo(404);
        assertThat(PLANE.put(URI.create(begun.path("urls").path(0).asText()), new byte[10])
                        .status())
                .isEqualTo(404);
    }

    @Test
    void somebody_else_s_upload_is_not_found() {
        JsonNode begun = begin(PLANE.admin(), "mine.zip", 10).json();
        Caller other = PLANE.newUser("thief");
        PLANE.call(other, "POST", STORAGE + "/bucket", "");
        String id = begun.path("uploadId").asText();

        for (String route : new String[] {"complete", "abort"}) {
            Answer answer = PLANE.call(
                    other,
                    "POST",
                    STORAGE + "/upload/" + route,
                    "{\"uploadId\": \"%s\", \"key\": \"mine.zip\", \"parts\": [{\"PartNumber\": 1, \"ETag\": \"x\"}]}"
                            .formatted(id));
            assertThat(answer.status()).as(route).isEqualTo(404);
        }
    }

    @Test
    void a_completion_with_wrong_parts_is_refused_and_keeps_the_upload() {
        JsonNode begun = begin(PLANE.admin(), "wrong.zip", 3).json();
        String id = begun.path("uploadId").asText();
        PLANE.put(URI.create(begun.path("urls").path(0).asText()), new byte[3]);

        for (String parts : new String[] {"[]", "[{}]", "[{\"PartNumber\": 1, \"ETag\": \"0\"}]", "5"}) {
            Answer answer = PLANE.call(
                    PLANE.admin(),
                    "POST",
                    STORAGE + "/upload/complete",
                    "{\"uploadId\": \"%s\", \"key\": \"wrong.zip\", \"parts\": %s}".formatted(id, parts));
            assertThat(answer.status()).as(parts + answer.text()).isBetween(400, 409);
        }
        assertThat(PLANE.index().find(PLANE.adminBucket(), new ObjectKey("wrong.zip")))
                .isEmpty();
        assertThat(PLANE.index().uploads(PLANE.adminBucket()))
                .anyMatch(upload -> upload.id().value().equals(id));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/users/storage/bucket",
                "POST /api/users/storage/bucket",
                "PATCH /api/users/storage/bucket/rotate-key",
                "GET /api/users/storage/usage",
                "POST /api/users/storage/upload/init",
                "POST /api/users/storage/upload/complete",
                "POST /api/users/storage/upload/abort",
                "GET /api/gpu-catalog",
                "GET /api/customer/dashboard/workers/stats",
                "GET /api/customer/dashboard/jobs",
                "POST /api/tasks"
            })
    void a_cookie_opens_none_of_these_routes(String route) {
        String[] parts = route.split(" ");

        assertThat(PLANE.call(PLANE.adminSession(), parts[0], parts[1], "{}").code())
                .isEqualTo("malformed_bearer");
        assertThat(PLANE.call(Caller.NOBODY, parts[0], parts[1], "{}").code()).isEqualTo("malformed_bearer");
        assertThat(PLANE.call(Caller.bearer("rsk_live_wrong"), parts[0], parts[1], "{}")
                        .code())
                .isEqualTo("invalid_api_key");
    }

    @Test
    void workers_are_shown_in_the_client_s_shapes_and_only_to_whom_they_serve() {
        Answer synced = PLANE.sync(PLANE.join("shown").path("secret").asText(), "first start");
        assertThat(synced.status()).as(synced.text()).isEqualTo(200);

        JsonNode catalog = PLANE.get(PLANE.admin(), "/api/gpu-catalog").json();
        JsonNode stats = PLANE.get(PLANE.admin(), "/api/customer/dashboard/workers/stats")
                .json();

        assertThat(catalog.isArray()).isTrue();
        assertThat(catalog.path(0).path("id").asText()).isEqualTo("cpu");
        assertThat(stats.path("onlineCount").isInt()).isTrue();
        assertThat(stats.path("workers").path(0).path("model").asText()).isEqualTo("cpu");
        assertThat(stats.path("workers").path(0).has("free_memory_mb")).isTrue();
        assertThat(PLANE.get(PLANE.newUser("stranger"), "/api/gpu-catalog").json())
                .isEmpty();
    }

    private static Answer begin(Caller caller, String key, long size) {
        return PLANE.call(
                caller,
                "POST",
                STORAGE + "/upload/init",
                "{\"key\": \"%s\", \"size\": %d, \"contentType\": \"application/zip\", \"unknown\": 1}"
                        .formatted(key, size));
    }
}
