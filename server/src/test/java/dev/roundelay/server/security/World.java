package dev.roundelay.server.security;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.TestControlPlane;
import dev.roundelay.server.Zips;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The people, machines and things of the matrix, made through the API: *ada* owns what the calls name, *eve* is the
/// stranger, *dan* was disabled, *ray* was removed. A worker of ada's holds an assignment of a live job all the time.
final class World implements AutoCloseable {
    static final String FILE = "private/notes.txt";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\+?)([A-Za-z0-9]+)}");
    private static final String ETAG_OF_ABC = "900150983cd24fb0d6963f7d28e17f72";

    private final TestControlPlane plane;
    private final HttpClient client = HttpClient.newHttpClient();
    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger number = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Map<String, String> objects = new LinkedHashMap<>();
    private final Map<String, String> secrets = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> sessions = new ConcurrentHashMap<>();
    private final User admin;
    private final User ada;
    private final User eve;
    private final User dan;
    private final Worker holder;
    private final String oldFence;
    private final Thread keeper;

    /// A user with a key.
    record User(String id, String email, String password, String key) {}

    /// A key pair and its bucket.
    record Pair(String accessKeyId, String secret, String bucket) {}

    private record Worker(String id, String secret) {}

    /// What came back.
    record Answer(int status, String text, Map<String, java.util.List<String>> headers) {
        JsonNode json() {
            try {
                return Json.lenient().readTree(text);
            } catch (IOException e) {
                throw new UncheckedIOException(text, e);
            }
        }
    }

    World(TestControlPlane plane) {
        this.plane = plane;
        String adminId = plane.accounts()
                .findByEmail("admin@localhost")
                .orElseThrow()
                .id()
                .value();
        admin = new User(
                adminId, "admin@localhost", plane.credential("ROUNDELAY_PASSWORD"), plane.credential("RESON_API_KEY"));
        secret("the administrator's password", admin.password());
        secret("the administrator's key", admin.key());
        secret("the administrator's S3 secret", plane.credential("RESON_S3_SECRET"));
        secret("the first join token", plane.credential("ROUNDELAY_WORKER_TOKEN"));
        ada = user("ada");
        eve = user("eve");
        dan = user("dan");
        for (User user : new User[] {ada, eve, dan}) {
            pair(user);
        }
        put(ada, FILE, "of nobody else".getBytes(StandardCharsets.UTF_8));
        put(ada, "code/scripts/model_def.py", "pass".getBytes(StandardCharsets.UTF_8));
        put(ada, "code/shards/a.zip", Zips.of("a.txt"));
        put(eve, "own.txt", "eve's".getBytes(StandardCharsets.UTF_8));
        tokens();
        holder = join("token", "holder");
        workers();
        things();
        JsonNode job = ok(as(ada.key()), "POST", "/api/v1/jobs", """
                {"name": "the job", "scripts": "code/scripts", "shards": "code/shards",
                 "selection": {"workerIds": ["%s"]}}""".formatted(holder.id()));
        objects.put("job", job.path("id").asText());
        JsonNode lost = assignment("first", "");
        oldFence = lost.path("fence").asText();
        // Another instance has lost what the former one held: the shard begins anew, with a new fence.
        JsonNode held = assignment("second", oldFence);
        objects.put("asg", held.path("assignmentId").asText());
        objects.put("fence", held.path("fence").asText());
        keeper = Thread.ofVirtual().start(this::keep);
        objects.put(
                "blob",
                ok(worker(holder, fence()), "GET", "/worker/v1/assignments/" + objects.get("asg"), "")
                        .path("inputs")
                        .path(0)
                        .path("blob")
                        .asText());
        goneUsers();
    }

    private User user(String name) {
        String password = "the pass phrase of " + name + " " + random.nextLong();
        String email = name + "@example.org";
        JsonNode made = ok(session(admin), "POST", "/api/v1/users", """
                {"email": "%s", "password": "%s"}""".formatted(email, password));
        String id = made.path("id").asText();
        User keyless = new User(id, email, password, "");
        String key = ok(session(keyless), "POST", "/api/v1/api-keys", "{\"name\": \"first\"}")
                .path("secret")
                .asText();
        secret("the key of " + name, key);
        secret("the password of " + name, password);
        return new User(id, email, password, key);
    }

    private void tokens() {
        token("token", ada, "{\"reusable\": true}");
        token("eves token", eve, "{\"reusable\": true}");
        token("used token", ada, "{}");
        join("used token", "made with the only use");
        token("dans token", dan, "{\"reusable\": true}");
        String expired = token("expired token", ada, "{\"reusable\": true}");
        plane.database()
                .jdbi()
                .useHandle(handle -> handle.execute(
                        "update worker_token set expires_at = created_at - interval '1 hour' where id = ?", expired));
        String revoked = token("revoked token", ada, "{\"reusable\": true}");
        ok(session(ada), "DELETE", "/api/v1/worker-tokens/" + revoked, "");
    }

    /// Mints a join token and remembers its secret under a name.
    private String token(String name, User owner, String wish) {
        JsonNode token = ok(session(owner), "POST", "/api/v1/worker-tokens", wish);
        secret(name, token.path("secret").asText());
        return token.path("id").asText();
    }

    private void workers() {
        objects.put("worker", join("token", "sibling").id());
        objects.put("shared", sharedWorker());
        join("eves token", "strangers");
        Worker removed = join("token", "removed");
        ok(worker(removed, ""), "DELETE", "/worker/v1/self", "");
    }

    private Worker join(String token, String name) {
        JsonNode joined = ok(as(secrets.get(token)), "POST", "/worker/v1/register", register(name));
        secret("the secret of the worker " + name, joined.path("secret").asText());
        return new Worker(
                joined.path("workerId").asText(), joined.path("secret").asText());
    }

    private static String register(String name) {
        return """
                {"name": "%s", "protocol": 1, "slots": 1, "device": "cpu", "model": "cpu", "memoryMb": 1000,
                 "labels": {}, "datasets": [], "versions": {"python": "3.12"}}""".formatted(name);
    }

    private String sharedWorker() {
        String id = join("token", "shared " + number.incrementAndGet()).id();
        ok(session(admin), "PATCH", "/api/v1/workers/" + id, "{\"shared\": true}");
        return id;
    }

    private void things() {
        JsonNode revoked = ok(session(ada), "POST", "/api/v1/api-keys", "{\"name\": \"revoked\"}");
        secret("revoked key", revoked.path("secret").asText());
        ok(session(ada), "DELETE", "/api/v1/api-keys/" + revoked.path("id").asText(), "");
        for (String name : new String[] {"apiKey", "user", "token", "upload"}) {
            objects.put(name, fresh(name));
        }
        objects.put("rawUpload", raw(object("upload")));
        objects.put("file", FILE);
        objects.put("n", "1");
        objects.put("k", "0");
        objects.put("path", "none.txt");
    }

    /// Disables one user and removes another: what they held before is in the hands of the identities.
    private void goneUsers() {
        Map<String, String> session = session(dan);
        secret("disabled session", Objects.requireNonNull(session.get("Cookie")).replace("roundelay_session=", ""));
        ok(session(admin), "PATCH", "/api/v1/users/" + dan.id(), "{\"disabled\": true}");
        // Disabling ends sessions; another one that began in the same moment must be worth nothing too.
        plane.accounts().addSession(new UserId(dan.id()), secret("disabled session"), "csrf");
        User ray = user("ray");
        token("rays token", ray, "{\"reusable\": true}");
        join("rays token", "of a removed user");
        ok(session(admin), "DELETE", "/api/v1/users/" + ray.id(), "");
    }

    /// Syncs the holder until it is told to work with another fence than this one.
    private JsonNode assignment(String instance, String notThisFence) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            JsonNode reply = ok(worker(holder, ""), "POST", "/worker/v1/sync?wait=1", sync(instance, ""));
            for (JsonNode desired : reply.path("assignments")) {
                if (!desired.path("fence").asText().equals(notThisFence)) {
                    return desired;
                }
            }
        }
        throw new IllegalStateException("the holder got no assignment");
    }

    private void keep() {
        while (!closed.get()) {
            call(worker(holder, ""), "POST", "/worker/v1/sync?wait=1", bytes(syncOfHolder()));
        }
    }

    private String syncOfHolder() {
        return sync("second", """
                {"assignmentId": "%s", "fence": "%s", "state": "preparing", "lastStep": 0, "lastLog": 0}""".formatted(objects.get("asg"), fence()));
    }

    private static String sync(String instance, String held) {
        return """
                {"instanceId": "%s", "protocol": 1, "slots": 1, "device": "cpu", "model": "cpu", "memoryMb": 1000,
                 "freeMemoryMb": 900, "labels": {}, "datasets": [], "versions": {"python": "3.12"},
                 "assignments": [%s]}""".formatted(instance, held);
    }

    private String fence() {
        return object("fence");
    }

    // ---- identities

    /// Returns the headers that an identity sends.
    ///
    /// @param ownSession for a call that may end sessions
    /// @param ownWorker  for a call that ends its worker
    Map<String, String> headers(Identity identity, boolean ownSession, boolean ownWorker) {
        return switch (identity) {
            case NOBODY -> Map.of();
            case MALFORMED -> Map.of("Authorization", "Basic " + ada.key());
            case EMPTY_BEARER -> Map.of("Authorization", "Bearer ");
            case WRONG_KEY -> as("rsk_live_" + "A".repeat(43));
            case REVOKED_KEY -> as(secret("revoked key"));
            case DISABLED_KEY -> as(dan.key());
            case S3_SECRET -> as(pair(ada).secret());
            case WRONG_SESSION -> cookie("ses_" + "A".repeat(43), "csrf_" + "A".repeat(43));
            case ENDED_SESSION -> endedSession();
            case DISABLED_SESSION -> cookie(secret("disabled session"), "csrf");
            case BAD_KEY_AND_COOKIE -> with(session(ada, ownSession), as("rsk_live_" + "A".repeat(43)));
            case STRANGER_KEY -> as(eve.key());
            case STRANGER_SESSION -> session(eve, ownSession);
            case OWNER_NO_CSRF ->
                Map.of("Cookie", Objects.requireNonNull(session(ada, ownSession).get("Cookie")));
            case OWNER_OTHERS_CSRF ->
                with(
                        session(ada, ownSession),
                        Map.of(
                                "X-CSRF-Token",
                                Objects.requireNonNull(session(eve, ownSession).get("X-CSRF-Token"))));
            case OWNER_KEY -> as(ada.key());
            case OWNER_SESSION -> session(ada, ownSession);
            case ADMIN_KEY -> as(admin.key());
            case ADMIN_SESSION -> session(admin, ownSession);
            case TOKEN -> as(secret("token"));
            case WRONG_TOKEN -> as("rwt_" + "A".repeat(43));
            case USED_TOKEN -> as(secret("used token"));
            case EXPIRED_TOKEN -> as(secret("expired token"));
            case REVOKED_TOKEN -> as(secret("revoked token"));
            case DISABLED_TOKEN -> as(secret("dans token"));
            case REMOVED_TOKEN -> as(secret("rays token"));
            case WORKER -> worker(ownWorker ? newWorker() : holder, fence());
            case SIBLING_WORKER -> worker(ownWorker ? newWorker() : known("sibling"), fence());
            case STRANGER_WORKER -> worker(ownWorker ? newWorker() : known("strangers"), fence());
            case WRONG_WORKER -> with(as("rws_" + "A".repeat(43)), Map.of("X-Roundelay-Fence", fence()));
            case REMOVED_WORKER -> worker(known("removed"), fence());
            case GONE_USER_WORKER -> worker(known("of a removed user"), fence());
            case OLD_FENCE -> worker(ownWorker ? newWorker() : holder, oldFence);
            case NO_FENCE -> worker(ownWorker ? newWorker() : holder, "");
        };
    }

    private static Map<String, String> as(@Nullable String bearer) {
        return Map.of("Authorization", "Bearer " + bearer);
    }

    private static Map<String, String> cookie(String cookie, String csrf) {
        return Map.of("Cookie", "roundelay_session=" + cookie, "X-CSRF-Token", csrf);
    }

    private static Map<String, String> with(Map<String, String> headers, Map<String, String> more) {
        Map<String, String> both = new LinkedHashMap<>(headers);
        both.putAll(more);
        return both;
    }

    private Map<String, String> session(User user) {
        String cookie = "ses_" + randomText();
        String csrf = "csrf_" + randomText();
        plane.accounts().addSession(new UserId(user.id()), cookie, csrf);
        return cookie(cookie, csrf);
    }

    private Map<String, String> session(User user, boolean ownOne) {
        return ownOne ? session(user) : sessions.computeIfAbsent(user.id(), _ -> session(user));
    }

    private Map<String, String> endedSession() {
        return sessions.computeIfAbsent("ended", _ -> {
            Map<String, String> session = session(ada);
            ok(session, "DELETE", "/api/v1/session", "");
            return session;
        });
    }

    private String randomText() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static Map<String, String> worker(Worker worker, String fence) {
        return fence.isEmpty() ? as(worker.secret()) : with(as(worker.secret()), Map.of("X-Roundelay-Fence", fence));
    }

    private Worker known(String name) {
        return new Worker("", secret("the secret of the worker " + name));
    }

    private Worker newWorker() {
        return join("token", "new " + number.incrementAndGet());
    }

    // ---- things

    /// Returns an object of the owner's.
    String object(String name) {
        return Objects.requireNonNull(objects.get(name), name);
    }

    /// Makes another object of this kind.
    private String fresh(String name) {
        return switch (name) {
            case "apiKey" ->
                ok(session(ada), "POST", "/api/v1/api-keys", "{\"name\": \"fresh\"}")
                        .path("id")
                        .asText();
            case "user" ->
                ok(session(admin), "POST", "/api/v1/users", newUser())
                        .path("id")
                        .asText();
            case "token" ->
                ok(session(ada), "POST", "/api/v1/worker-tokens", "{}")
                        .path("id")
                        .asText();
            case "upload" -> upload();
            case "rawUpload" -> raw(upload());
            case "worker" -> newWorker().id();
            case "shared" -> sharedWorker();
            case "file" -> {
                String key = "fresh/" + number.incrementAndGet();
                put(ada, key, bytes("x"));
                yield key;
            }
            case "job" ->
                ok(as(ada.key()), "POST", "/api/v1/jobs", job("fresh " + number.incrementAndGet()))
                        .path("id")
                        .asText();
            default -> throw new IllegalStateException("nothing is made anew under the name " + name);
        };
    }

    private String upload() {
        String id = ok(as(ada.key()), "POST", "/api/v1/uploads", body("upload", Identity.OWNER_KEY))
                .path("id")
                .asText();
        ok(as(ada.key()), "PUT", "/api/v1/uploads/" + id + "/parts/1", "abc");
        return id;
    }

    /// Returns the id by which S3 and the published client know an upload.
    private static String raw(String upload) {
        return upload.substring(0, upload.indexOf('.'));
    }

    private String newUser() {
        int n = number.incrementAndGet();
        return "{\"email\": \"user%d@example.org\", \"password\": \"their pass phrase %d\"}".formatted(n, n);
    }

    private static String job(String name) {
        // No worker has this model: the job waits.
        return """
                {"name": "%s", "scripts": "code/scripts", "shards": "code/shards",
                 "selection": {"auto": {"gpuModels": ["rtx_4090"]}}}""".formatted(name);
    }

    private void put(User user, String key, byte[] body) {
        Answer answer = call(as(user.key()), "PUT", "/api/v1/files/content?key=" + key, body);
        if (answer.status() != 200) {
            throw new IllegalStateException(answer.toString());
        }
    }

    /// Returns a user's key pair. The secret is told once and for a rotation only, so it is derived as the server does.
    Pair pair(Identity identity) {
        return pair(
                switch (identity) {
                    case OWNER_KEY -> ada;
                    case STRANGER_KEY -> eve;
                    case DISABLED_KEY -> dan;
                    default -> throw new IllegalArgumentException(identity.toString());
                });
    }

    private Pair pair(User user) {
        if (user == dan && objects.containsKey("dans key")) {
            return new Pair(object("dans key"), secret("the S3 secret of dan"), object("dans bucket"));
        }
        JsonNode bucket = ok(as(user.key()), "POST", "/api/v1/bucket", "");
        Pair pair = new Pair(
                bucket.path("accessKeyId").asText(),
                bucket.path("secretAccessKey").asText(),
                bucket.path("bucketAlias").asText());
        secret("the S3 secret of " + user.email().replaceFirst("@.*", ""), pair.secret());
        secret("the S3 secret of " + pair.accessKeyId(), pair.secret());
        if (user == dan) {
            objects.put("dans key", pair.accessKeyId());
            objects.put("dans bucket", pair.bucket());
        }
        return pair;
    }

    /// Gives the owner's bucket another key pair and returns the former one.
    Pair rotatedPair() {
        Pair former = pair(ada);
        ok(as(ada.key()), "POST", "/api/v1/bucket/rotate-key", "");
        return former;
    }

    private void secret(String name, String value) {
        secrets.put(name, value);
    }

    private String secret(String name) {
        return Objects.requireNonNull(secrets.get(name), name);
    }

    /// Returns every secret in play, by what it is.
    Map<String, String> secrets() {
        return Map.copyOf(secrets);
    }

    // ---- calls

    /// Returns a text with the objects in the place of their names.
    ///
    /// @param anew whether `{+name}` is made anew; else it is the one that all calls share
    String fill(String text, boolean anew) {
        Matcher matcher = PLACEHOLDER.matcher(text);
        StringBuilder filled = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(2);
            matcher.appendReplacement(
                    filled, Matcher.quoteReplacement(anew && !matcher.group(1).isEmpty() ? fresh(name) : object(name)));
        }
        return matcher.appendTail(filled).toString();
    }

    /// Returns a body by its name.
    String body(String name, Identity identity) {
        int n = number.incrementAndGet();
        return switch (name) {
            case "-" -> "";
            case "empty" -> "{}";
            case "bytes" -> "abc";
            case "sign-in" -> "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(ada.email(), ada.password());
            case "password" -> "{\"current\": \"%1$s\", \"password\": \"%1$s\"}".formatted(ada.password());
            case "name" -> "{\"name\": \"another\"}";
            case "new-user" -> newUser();
            case "quota" -> "{\"quotaBytes\": 100000}";
            case "upload" -> "{\"key\": \"up/x.bin\", \"sizeBytes\": 3}";
            case "job" -> job("sent once");
            case "note" -> "{\"note\": \"looked at\"}";
            case "price" -> "{\"pricePerGpuHourCents\": 5}";
            case "share" -> "{\"shared\": true}";
            case "register" -> register("joined " + n);
            case "sync" ->
                switch (identity) {
                    case WORKER, OLD_FENCE, NO_FENCE -> syncOfHolder();
                    default -> sync("one", "");
                };
            case "validation" -> "{\"metrics\": {}, \"samples\": 1, \"seconds\": 0.5}";
            case "events" -> "{\"lines\": [], \"metrics\": [], \"warnings\": []}";
            case "compat-init" -> "{\"key\": \"up/c.bin\", \"size\": 3}";
            case "compat-complete" -> """
                    {"key": "up/x.bin", "uploadId": "{+rawUpload}", "parts": [{"PartNumber": 1, "ETag": "%s"}]}""".formatted(ETAG_OF_ABC);
            case "compat-abort" -> "{\"key\": \"up/x.bin\", \"uploadId\": \"{+rawUpload}\"}";
            default -> throw new IllegalStateException("[routes] there is no body \"%s\"; add it".formatted(name));
        };
    }

    private JsonNode ok(Map<String, String> headers, String method, String path, String body) {
        Answer answer = call(headers, method, path, bytes(body));
        if (answer.status() / 100 != 2) {
            throw new IllegalStateException("%s %s: %s".formatted(method, path, answer));
        }
        return answer.text().isEmpty() ? Json.lenient().createObjectNode() : answer.json();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Calls the API.
    Answer call(Map<String, String> headers, String method, String path, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(plane.url() + path))
                .timeout(PATIENCE)
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return send(request.build());
    }

    /// Sends a request as it is. Of a stream of events only the head is read.
    Answer send(HttpRequest request) {
        try {
            HttpResponse<java.io.InputStream> response =
                    client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (java.io.InputStream in = response.body()) {
                boolean stream =
                        response.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream");
                String text = stream ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
                return new Answer(
                        response.statusCode(), text, response.headers().map());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(request.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Returns who did something of this kind, as the audit log has it.
    Set<String> doers(String action) {
        Set<String> actors = new TreeSet<>();
        ok(session(admin), "GET", "/api/v1/audit?limit=200&q=" + action, "")
                .path("items")
                .forEach(entry -> actors.add(entry.path("actor").asText()));
        return actors;
    }

    /// Returns what the owner sees of all that is the owner's, without what changes by itself.
    String belongings() {
        Map<String, String> owner = session(ada);
        StringBuilder seen = new StringBuilder();
        JsonNode keys = ok(owner, "GET", "/api/v1/api-keys?limit=200", "");
        keys.path("items").forEach(key -> seen.append(key.path("id").asText()).append('\n'));
        ok(owner, "GET", "/api/v1/files?limit=1000", "")
                .path("items")
                .forEach(file -> seen.append(file.path("key").asText())
                        .append(file.path("etag").asText())
                        .append('\n'));
        ok(owner, "GET", "/api/v1/jobs?limit=200", "")
                .path("items")
                .forEach(job -> seen.append(job.path("id").asText())
                        .append(job.path("state").asText())
                        .append(job.path("note").asText())
                        .append(job.path("cancelRequested").asText())
                        .append('\n'));
        ok(owner, "GET", "/api/v1/workers?limit=200", "")
                .path("items")
                .forEach(worker -> seen.append(worker.path("id").asText())
                        .append(worker.path("name").asText())
                        .append(worker.path("shared").asText())
                        .append(worker.path("pricePerGpuHourCents").asText())
                        .append('\n'));
        ok(owner, "GET", "/api/v1/worker-tokens?limit=200", "")
                .path("items")
                .forEach(token -> seen.append(token.path("id").asText()).append('\n'));
        seen.append(ok(owner, "GET", "/api/v1/uploads/" + object("upload"), "")
                .path("held")
                .size());
        return seen.append(pair(ada).accessKeyId()).toString();
    }

    @Override
    public void close() throws InterruptedException {
        closed.set(true);
        keeper.join();
        client.close();
    }
}
