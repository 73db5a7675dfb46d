package dev.roundelay.server.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.server.TestServer;
import dev.roundelay.server.TestServer.Answer;
import dev.roundelay.server.TestServer.As;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FilesIT {
    private static final String FILES = "/api/v1/files";

    @RegisterExtension
    static final TestServer SERVER = new TestServer();

    @Test
    void what_is_written_is_listed_read_and_deleted() {
        write("notes/a.txt", "first");
        write("notes/deep/b.txt", "second");

        Answer listing = SERVER.get(FILES + "?prefix=notes/&delimiter=/", SERVER.admin());
        assertThat(listing.json().findValuesAsText("key")).containsExactly("notes/a.txt");
        assertThat(listing.json().get("folders").get(0).asText()).isEqualTo("notes/deep/");
        Answer read = SERVER.get(FILES + "/content?key=notes/a.txt", SERVER.admin());
        assertThat(read.text()).isEqualTo("first");
        assertThat(read.header("Content-Type")).startsWith("text/plain");
        assertThat(read.header("Content-Security-Policy")).contains("sandbox");
        assertThat(read.header("X-Content-Type-Options")).isEqualTo("nosniff");
        Answer deleted = SERVER.delete(FILES + "?prefix=notes/", SERVER.admin());
        assertThat(deleted.json().get("objects").asInt()).isEqualTo(2);
        assertThat(deleted.json().get("bytes").asInt()).isEqualTo(11);
        assertThat(SERVER.get(FILES + "/content?key=notes/a.txt", SERVER.admin())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_range_is_what_was_asked_for() {
        write("range.txt", "0123456789");

        Answer middle =
                SERVER.get(FILES + "/content?key=range.txt", SERVER.admin().and("Range", "bytes=2-4"));
        assertThat(middle.status()).isEqualTo(206);
        assertThat(middle.text()).isEqualTo("234");
        assertThat(middle.header("Content-Range")).isEqualTo("bytes 2-4/10");
        assertThat(SERVER.get(FILES + "/content?key=range.txt", SERVER.admin().and("Range", "bytes=-3"))
                        .text())
                .isEqualTo("789");
        assertThat(SERVER.get(FILES + "/content?key=range.txt", SERVER.admin().and("Range", "bytes=10-"))
                        .status())
                .isEqualTo(416);
    }

    @Test
    void if_match_keeps_two_writers_from_overwriting_each_other() {
        String etag = "\"" + write("shared.txt", "one").json().get("etag").asText() + "\"";

        Answer second = put("shared.txt", "two", SERVER.admin().and("If-Match", etag));
        Answer third = put("shared.txt", "three", SERVER.admin().and("If-Match", etag));

        assertThat(second.status()).isEqualTo(200);
        assertThat(third.status()).isEqualTo(412);
        assertThat(third.code()).isEqualTo("precondition_failed");
        assertThat(put("shared.txt", "four", SERVER.admin().and("If-None-Match", "*"))
                        .status())
                .isEqualTo(412);
        assertThat(SERVER.get(FILES + "/content?key=shared.txt", SERVER.admin()).text())
                .isEqualTo("two");
    }

    @Test
    void a_presigned_address_reads_the_object_over_s3() {
        write("links/über file+.txt", "linked");

        Answer link = SERVER.get(FILES + "/url?key=" + encoded("links/über file+.txt"), SERVER.admin());

        assertThat(SERVER.get(link.json().get("url").asText(), As.NOBODY).text())
                .isEqualTo("linked");
        assertThat(SERVER.get(link.json().get("url").asText() + "0", As.NOBODY).status())
                .isEqualTo(403);
        assertThat(SERVER.get(FILES + "/url?key=absent", SERVER.admin()).status())
                .isEqualTo(404);
    }

    @Test
    void an_archive_holds_everything_below_a_folder() throws IOException {
        write("jobs/digits/files_out/log.txt", "log");
        write("jobs/digits/files_out/site-1/x.csv", "1,2");

        byte[] zip = SERVER.exchange(
                        "GET",
                        FILES + "/archive?prefix=jobs/digits/files_out/",
                        SERVER.admin(),
                        BodyPublishers.noBody(),
                        BodyHandlers.ofByteArray())
                .body();

        Map<String, String> entries = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        assertThat(entries)
                .containsExactly(Map.entry("files_out/log.txt", "log"), Map.entry("files_out/site-1/x.csv", "1,2"));
        assertThat(SERVER.get(FILES + "/archive?prefix=nothing/", SERVER.admin())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_summary_tells_what_a_delete_would_take_away() {
        write("old/a.txt", "first");
        write("old/deep/b.txt", "second");

        Answer summary = SERVER.get(FILES + "/summary?prefix=old/", SERVER.admin());

        assertThat(summary.json().get("objects").asInt()).isEqualTo(2);
        assertThat(summary.json().get("bytes").asInt()).isEqualTo(11);
        assertThat(SERVER.get(FILES + "/summary?prefix=none/", SERVER.admin())
                        .json()
                        .get("objects")
                        .asInt())
                .isZero();
        assertThat(SERVER.get(FILES + "/summary?prefix=old/", As.NOBODY).status())
                .isEqualTo(401);
    }

    @Test
    void an_archive_refuses_a_key_that_would_leave_the_folder() {
        write("escape/../../up.txt", "x");

        Answer answer = SERVER.get(FILES + "/archive?prefix=escape/", SERVER.admin());

        assertThat(answer.code()).isEqualTo("invalid_key");
        assertThat(answer.json().get("message").asText()).contains("escape/../../up.txt");
    }

    @Test
    void nobody_reads_anothers_files_or_uploads() {
        write("private.txt", "mine");
        As admin = SERVER.adminSession();
        String password = SERVER.call("POST", "/api/v1/users", admin, Map.of("email", "mallory@example.org"))
                .json()
                .get("password")
                .asText();
        As mallory = SERVER.signIn("mallory@example.org", password);
        String upload = begin("large.bin", 100).json().get("id").asText();

        assertThat(SERVER.get(FILES + "/content?key=private.txt", mallory).status())
                .isEqualTo(404);
        assertThat(SERVER.get("/api/v1/uploads/" + upload, mallory).status()).isEqualTo(404);
        assertThat(SERVER.delete("/api/v1/uploads/" + upload, mallory).status()).isEqualTo(404);
        assertThat(SERVER.get(FILES, As.NOBODY).status()).isEqualTo(401);
        assertThat(SERVER.get(FILES, As.key("rsk_live_wrong")).code()).isEqualTo("invalid_api_key");
    }

    @Test
    void an_upload_is_resumed_with_the_parts_that_are_missing() {
        byte[] bytes = new byte[(8 << 20) + 1_000];
        new Random(7).nextBytes(bytes);
        Answer begun = begin("data/large.bin", bytes.length);
        String path = "/api/v1/uploads/" + begun.json().get("id").asText();
        assertThat(begun.json().get("parts").asInt()).isEqualTo(2);

        assertThat(part(path, 2, Arrays.copyOfRange(bytes, 8 << 20, bytes.length))
                        .status())
                .isEqualTo(200);
        assertThat(SERVER.call("POST", path + "/complete", SERVER.admin(), "").code())
                .isEqualTo("upload_incomplete");
        assertThat(SERVER.get(path, SERVER.admin()).json().findValuesAsText("number"))
                .containsExactly("2");
        assertThat(part(path, 1, new byte[5]).code()).isEqualTo("invalid_request");
        assertThat(part(path, 3, new byte[5]).code()).isEqualTo("invalid_request");
        assertThat(part(path, 1, Arrays.copyOf(bytes, 8 << 20)).status()).isEqualTo(200);
        Answer completed = SERVER.call("POST", path + "/complete", SERVER.admin(), "");
        assertThat(completed.status()).isEqualTo(200);
        assertThat(SERVER.call("POST", path + "/complete", SERVER.admin(), "").json())
                .isEqualTo(completed.json());

        byte[] read = SERVER.exchange(
                        "GET",
                        FILES + "/content?key=data/large.bin",
                        SERVER.admin(),
                        BodyPublishers.noBody(),
                        BodyHandlers.ofByteArray())
                .body();
        assertThat(read).isEqualTo(bytes);
    }

    @Test
    void an_empty_object_can_be_uploaded_too() {
        String path = "/api/v1/uploads/" + begin("empty", 0).json().get("id").asText();

        assertThat(part(path, 1, new byte[0]).status()).isEqualTo(200);
        assertThat(SERVER.call("POST", path + "/complete", SERVER.admin(), "")
                        .json()
                        .get("sizeBytes")
                        .asLong())
                .isZero();
    }

    @Test
    void an_upload_that_would_write_over_a_file_can_ask_first() {
        write("data/shard.txt", "first");
        Map<String, Object> wish = Map.of("key", "data/shard.txt", "sizeBytes", 5);
        Map<String, Object> other = Map.of("key", "data/other.txt", "sizeBytes", 5);
        As onlyNew = SERVER.admin().and("If-None-Match", "*");

        assertThat(SERVER.call("POST", "/api/v1/uploads", onlyNew, wish).code()).isEqualTo("precondition_failed");
        assertThat(SERVER.call("POST", "/api/v1/uploads", onlyNew, other).status())
                .isEqualTo(201);
        assertThat(SERVER.call("POST", "/api/v1/uploads", SERVER.admin(), wish).status())
                .isEqualTo(201);
    }

    @Test
    void what_does_not_fit_is_refused_before_it_is_sent() {
        Answer answer = begin("huge", 1L << 41);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("storage_quota_exceeded");
        assertThat(answer.json().at("/details/quotaBytes").asLong()).isPositive();
    }

    @Test
    void a_rotated_key_ends_the_old_one() {
        As session = SERVER.adminSession();
        String password = SERVER.call("POST", "/api/v1/users", session, Map.of("email", "rot@example.org"))
                .json()
                .get("password")
                .asText();
        As user = SERVER.signIn("rot@example.org", password);
        Answer first = SERVER.call("POST", "/api/v1/bucket", user, "");
        put("x.txt", "x", user);
        String link =
                SERVER.get(FILES + "/url?key=x.txt", user).json().get("url").asText();
        assertThat(SERVER.get(link, As.NOBODY).status()).isEqualTo(200);

        Answer second = SERVER.call("POST", "/api/v1/bucket/rotate-key", user, "");

        assertThat(second.json().get("bucketAlias")).isEqualTo(first.json().get("bucketAlias"));
        assertThat(second.json().get("accessKeyId")).isNotEqualTo(first.json().get("accessKeyId"));
        assertThat(second.json().get("secretAccessKey").asText()).isNotEmpty();
        assertThat(SERVER.get("/api/v1/bucket", user)
                        .json()
                        .get("secretAccessKey")
                        .isNull())
                .isTrue();
        assertThat(SERVER.get(link, As.NOBODY).status()).isEqualTo(403);
        assertThat(SERVER.get("/api/v1/bucket/usage", user)
                        .json()
                        .get("usedBytes")
                        .asLong())
                .isEqualTo(1);
    }

    private static Answer begin(String key, long size) {
        return SERVER.call("POST", "/api/v1/uploads", SERVER.admin(), Map.of("key", key, "sizeBytes", size));
    }

    private static Answer part(String path, int number, byte[] bytes) {
        return SERVER.send("PUT", path + "/parts/" + number, SERVER.admin(), BodyPublishers.ofByteArray(bytes));
    }

    private static Answer write(String key, String text) {
        Answer answer = put(key, text, SERVER.admin());
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer;
    }

    private static Answer put(String key, String text, As caller) {
        return SERVER.send("PUT", FILES + "/content?key=" + encoded(key), caller, BodyPublishers.ofString(text));
    }

    private static String encoded(String key) {
        return URLEncoder.encode(key, StandardCharsets.UTF_8);
    }
}
