package dev.roundelay.server.security;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.roundelay.server.TestControlPlane;
import dev.roundelay.server.security.ApiRoutes.Row;
import dev.roundelay.server.security.Rules.Rule;
import dev.roundelay.server.security.S3Calls.Knock;
import dev.roundelay.server.security.World.Answer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// Every call that a server answers, times everybody who may make it. The expectations are the tables of [Rules],
/// [ApiRoutes] and [S3Calls]. All holes are told together.
class AuthorizationMatrixIT {
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete", "head", "options");
    private static final List<String> ALL_METHODS =
            List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");
    private static final Pattern SECRET = Pattern.compile("(rsk_live_|rws_|rwt_|ses_|csrf_)[A-Za-z0-9_-]{43}");

    @RegisterExtension
    static final TestControlPlane PLANE = new TestControlPlane();

    private final List<String> holes = new ArrayList<>();
    private int routes;
    private int cells;

    @Test
    @Timeout(600)
    void nobody_gets_what_is_not_theirs_and_everybody_gets_what_is() throws Exception {
        requireWholeTable();
        try (Log log = new Log();
                World world = new World(PLANE)) {
            List<Row> rows = withHeads(ApiRoutes.rows());
            routes = rows.size();
            String before = world.belongings();
            rows.forEach(row -> refusals(world, row));
            otherMethods(world);
            same("what is the owner's after all refusals", before, world.belongings());
            rows.forEach(row -> passes(world, row));
            for (String action : List.of("job_cancelled", "job_changed")) {
                same(
                        "who did " + action,
                        "[admin@localhost]",
                        world.doers(action).toString());
            }
            s3(world);
            requireNoSecret("log", log.text(), world.secrets());
            requireNoSecretInArguments(world.secrets());
        }
        assertThat(String.join("\n", holes)).as("holes and inconsistencies").isEmpty();
        System.out.printf(
                "authorization: %d routes x %d identities = %d cells, no hole%n",
                routes, Identity.values().length, cells);
    }

    // ---- the tables are whole

    private void requireWholeTable() {
        Set<String> documented = new TreeSet<>();
        contract()
                .forEach((path, item) -> ((Map<?, ?>) item)
                        .keySet().stream()
                                .map(Object::toString)
                                .filter(METHODS::contains)
                                .forEach(method -> documented.add(ApiRoutes.normal(method + " " + path))));
        Set<String> served = new TreeSet<>(
                PLANE.plane().endpoints().stream().map(ApiRoutes::normal).toList());
        Set<String> ruled =
                new TreeSet<>(ApiRoutes.rows().stream().map(Row::route).toList());
        same("routes with a rule, and the contract's", documented.toString(), ruled.toString());
        same("routes with a rule, and the served ones", served.toString(), ruled.toString());

        Set<String> operations = new TreeSet<>(
                S3Calls.calls().stream().map(S3Calls.Call::operation).toList());
        operations.add("Unknown");
        Set<String> unruled = new TreeSet<>(S3Calls.known());
        unruled.removeAll(operations);
        same("S3 operations without a rule", "[]", unruled.toString());
    }

    private static Map<?, ?> contract() {
        Map<?, ?> document = new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(AuthorizationMatrixIT.class.getResourceAsStream("/openapi.yaml"));
        return (Map<?, ?>) document.get("paths");
    }

    /// Every GET answers HEAD too, by the same rule. Streams have no head of their own, and two calls of workers have
    /// an explicit HEAD.
    private static List<Row> withHeads(List<Row> rows) {
        List<Row> all = new ArrayList<>(rows);
        rows.stream()
                .filter(row -> row.method().equals("GET") && !row.isStream())
                .filter(row -> !row.path().contains("/models/"))
                .map(Row::head)
                .forEach(all::add);
        return all;
    }

    // ---- API, worker protocol, published client, pages

    private void refusals(World world, Row row) {
        for (Identity identity : Identity.values()) {
            String word = expected(identity, row);
            if (!lets(identity, row, word)) {
                check(world, row, identity, word, false);
            }
        }
    }

    private void passes(World world, Row row) {
        for (Identity identity : Identity.values()) {
            String word = expected(identity, row);
            if (lets(identity, row, word)) {
                check(world, row, identity, word, true);
            }
        }
    }

    /// Returns the code of a refusal, a status, or `good`.
    private static String expected(Identity identity, Row row) {
        String word = Rules.word(identity, row.rule());
        return switch (word) {
            case "stranger" -> row.stranger();
            case "admin" -> row.admin();
            case "csrf" -> row.isReading() ? "good" : "csrf_required";
            case "csrf_role" -> row.isReading() ? "role_required" : "csrf_required";
            default -> word;
        };
    }

    /// Returns whether a call may change what is the owner's, and so comes after all that may not.
    private static boolean lets(Identity identity, Row row, String word) {
        boolean strangers = Rules.word(identity, row.rule()).equals("stranger");
        return !strangers && !Refusals.isCode(word);
    }

    private void check(World world, Row row, Identity identity, String word, boolean let) {
        cells++;
        String cell = "%s %s by %s".formatted(row.method(), row.path(), identity);
        Map<String, String> headers =
                new HashMap<>(world.headers(identity, let || row.endsItsCaller(), let && row.endsItsCaller()));
        headers.put("X-Roundelay-Crc32c", "00000000");
        if (row.isStream()) {
            headers.put("Accept", "text/event-stream");
        }
        if (row.body().equals("job")) {
            headers.put("Idempotency-Key", "matrix");
        }
        String body = world.fill(world.body(row.body(), identity), let);
        Answer answer = world.call(headers, row.method(), world.fill(row.path(), let), World.bytes(body));
        if (word.equals("good") && !row.good().contains(answer.status())) {
            hole(cell, row.good() + "", answer);
        } else if (Refusals.isCode(word)) {
            refused(cell, row, word, answer);
        } else if (!word.equals("good") && answer.status() != Integer.parseInt(word)) {
            hole(cell, word, answer);
        }
        if (word.equals("not_found") && !row.method().equals("HEAD")) {
            requireLikeAWrongId(world, row, headers, body, cell, answer);
        }
        if (Rules.word(identity, row.rule()).equals("stranger") && !row.path().contains("shared}")) {
            requireNothingOfTheOwner(world, row, body, cell, answer);
        }
        if (!(row.tellsSecrets() && answer.status() / 100 == 2)) {
            requireNoSecret(cell, answer.text() + answer.headers(), world.secrets());
        }
        requireHeaders(cell, row, answer);
    }

    private void refused(String cell, Row row, String code, Answer answer) {
        boolean right = answer.status() == Refusals.status(code)
                && (row.method().equals("HEAD") ? answer.text().isEmpty() : code.equals(code(answer)));
        if (!right) {
            hole(cell, Refusals.status(code) + " " + code, answer);
        }
    }

    private static String code(Answer answer) {
        try {
            return answer.json().path("code").asText("");
        } catch (RuntimeException e) {
            return "";
        }
    }

    /// Somebody else's object and one that is not there answer alike: neither status nor words tell that it exists.
    private void requireLikeAWrongId(
            World world, Row row, Map<String, String> headers, String body, String cell, Answer answer) {
        String path = row.path();
        for (String name : List.of("job", "apiKey", "token", "worker", "asg")) {
            path = path.replace("{" + name + "}", "absent").replace("{+" + name + "}", "absent");
        }
        if (path.equals(row.path())) {
            return;
        }
        Answer wrong = world.call(headers, row.method(), world.fill(path, false), World.bytes(body));
        same(cell + ", with an id that is not there", words(wrong, "absent"), words(answer, idIn(world, row)));
    }

    private static String idIn(World world, Row row) {
        String filled = world.fill(row.path(), false);
        return Stream.of("job", "apiKey", "token", "worker", "asg")
                .map(world::object)
                .filter(filled::contains)
                .findFirst()
                .orElse("absent");
    }

    private static String words(Answer answer, String id) {
        return answer.status() + " " + code(answer) + " "
                + answer.json().path("message").asText().replace(id, "ID");
    }

    private void requireNothingOfTheOwner(World world, Row row, String body, String cell, Answer answer) {
        String asked = world.fill(row.path(), false) + body;
        for (String name : List.of("job", "asg", "worker", "token", "apiKey", "upload", "file", "fence", "blob")) {
            String value = world.object(name);
            // Its message may repeat what the caller asked for.
            if (answer.text().contains(value) && !asked.contains(value)) {
                holes.add("%s: the answer tells the owner's %s".formatted(cell, name));
            }
        }
    }

    private void requireHeaders(String cell, Row row, Answer answer) {
        header(cell, answer, "x-content-type-options", "nosniff");
        header(cell, answer, "referrer-policy", "no-referrer");
        header(cell, answer, "x-frame-options", "DENY");
        boolean data = row.rule() != Rule.OPEN || row.path().startsWith("/api/");
        if (data
                && !String.join(",", answer.headers().getOrDefault("cache-control", List.of()))
                        .contains("no-store")) {
            holes.add("%s: the answer may be kept in a cache".formatted(cell));
        }
        String policy = String.join(",", answer.headers().getOrDefault("content-security-policy", List.of()));
        if (!policy.contains("default-src 'none'")) {
            holes.add("%s: the content security policy is \"%s\"".formatted(cell, policy));
        }
    }

    private void header(String cell, Answer answer, String name, String value) {
        List<String> values = answer.headers().getOrDefault(name, List.of());
        if (!values.equals(List.of(value))) {
            holes.add("%s: the header %s is %s, not %s".formatted(cell, name, values, value));
        }
    }

    /// No path answers a method that the contract does not name.
    private void otherMethods(World world) {
        Set<String> ruled =
                new TreeSet<>(ApiRoutes.rows().stream().map(Row::route).toList());
        Set<String> paths = new TreeSet<>(ApiRoutes.rows().stream()
                .map(row -> row.path().split("\\?", 2)[0].replace("+", ""))
                .toList());
        // The two calls about models overlap: 0 is one of the numbers.
        paths.removeIf(path -> path.contains("/models/"));
        for (String path : paths) {
            for (String method : ALL_METHODS) {
                if (!ruled.contains(ApiRoutes.normal(method + " " + path))) {
                    for (Identity identity : List.of(Identity.NOBODY, Identity.ADMIN_SESSION, Identity.WORKER)) {
                        cells++;
                        Answer answer = world.call(
                                world.headers(identity, false, false),
                                method,
                                world.fill(path, false),
                                World.bytes("{}"));
                        if (!Set.of(401, 404, 405).contains(answer.status())) {
                            hole("%s %s by %s".formatted(method, path, identity), "404 or 405", answer);
                        }
                    }
                }
            }
        }
    }

    // ---- S3

    private void s3(World world) {
        World.Pair rotated = world.rotatedPair();
        String bucket = world.pair(Identity.OWNER_KEY).bucket();
        Map<Knock, S3Signature> signatures = new EnumMap<>(Knock.class);
        Stream.of(Knock.values())
                .filter(Knock::isSigned)
                .forEach(knock -> signatures.put(knock, S3Calls.signature(knock, world, rotated)));
        List<S3Calls.Call> calls = S3Calls.calls();
        routes += calls.size();
        for (Knock knock : Knock.values()) {
            for (S3Calls.Call call : calls) {
                for (S3Signature.Form form : knock.isSigned() ? S3Calls.forms() : List.of(S3Signature.Form.HASHED)) {
                    s3(world, call, knock, form, bucket, signatures);
                }
            }
        }
        copies(world, bucket);
    }

    private void s3(
            World world,
            S3Calls.Call call,
            Knock knock,
            S3Signature.Form form,
            String bucket,
            Map<Knock, S3Signature> signatures) {
        cells++;
        boolean owner = knock == Knock.OWNERS_PAIR;
        String cell = "%s by %s, %s".formatted(call, knock, form);
        Answer answer = send(world, call, knock, form, bucket, signatures, owner);
        String expected = S3Calls.expected(call, knock, form);
        if (owner) {
            if (answer.status() != call.good()) {
                hole(cell, Integer.toString(call.good()), answer);
            }
        } else if (knock == Knock.STRANGERS_PAIR && call.operation().equals("ListBuckets")) {
            // Everybody lists buckets: their own.
            if (answer.status() != 200 || answer.text().contains(bucket)) {
                hole(cell, "200, without the owner's bucket", answer);
            }
        } else {
            String status = expected.substring(0, 3);
            boolean bodiless = call.method().equals("HEAD");
            String seen = bodiless ? status : answer.status() + " " + S3Calls.code(answer.text());
            if (answer.status() != Integer.parseInt(status) || !seen.equals(bodiless ? status : expected)) {
                hole(cell, expected, answer);
            }
        }
        if (knock == Knock.STRANGERS_PAIR && !call.operation().equals("ListBuckets")) {
            Answer absent = send(world, call, knock, form, "rd-0000000000000000", signatures, false);
            same(
                    cell + ", and a bucket that is not there",
                    absent.status() + S3Calls.code(absent.text()),
                    answer.status() + S3Calls.code(answer.text()));
        }
        requireNoSecret(cell, answer.text() + answer.headers(), world.secrets());
        header(cell, answer, "x-content-type-options", "nosniff");
    }

    private static Answer send(
            World world,
            S3Calls.Call call,
            Knock knock,
            S3Signature.Form form,
            String bucket,
            Map<Knock, S3Signature> signatures,
            boolean anew) {
        String text = call.path().replace("{b}", bucket).replace("upload}", "rawUpload}");
        var address = S3Calls.address(PLANE.s3Url(), world.fill(text, anew));
        Map<String, String> headers = new HashMap<>();
        call.headers().forEach((name, value) -> headers.put(name, value.replace("{b}", bucket)));
        byte[] body = S3Calls.body(call.body());
        S3Signature signature = signatures.get(knock);
        if (signature != null) {
            return world.send(signature.sign(form, call.method(), address, body, headers));
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .method(
                        call.method(),
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        S3Calls.bare(knock, world).forEach(request::header);
        return world.send(request.build());
    }

    /// With a good signature for one's own bucket nothing comes over from somebody else's.
    private void copies(World world, String bucket) {
        World.Pair stranger = world.pair(Identity.STRANGER_KEY);
        for (S3Signature.Form form : S3Calls.forms()) {
            cells++;
            var address = S3Calls.address(PLANE.s3Url(), "/" + stranger.bucket() + "/stolen.txt");
            Answer answer =
                    world.send(new S3Signature(stranger.accessKeyId(), stranger.secret(), java.time.Instant.now())
                            .sign(
                                    form,
                                    "PUT",
                                    address,
                                    new byte[0],
                                    Map.of("x-amz-copy-source", "/" + bucket + "/" + World.FILE)));
            if (answer.status() != 403 || !S3Calls.code(answer.text()).equals("AccessDenied")) {
                hole("S3 CopyObject out of the owner's bucket, " + form, "403 AccessDenied", answer);
            }
        }
    }

    // ---- secrets

    private void requireNoSecret(String where, String text, Map<String, String> secrets) {
        var found = SECRET.matcher(text);
        if (found.find()) {
            holes.add("%s: a secret that begins with %s stands in it".formatted(where, found.group(1)));
        }
        secrets.forEach((name, value) -> {
            if (text.contains(value)) {
                holes.add("%s: %s stands in it".formatted(where, name));
            }
        });
    }

    /// Whoever may list processes reads the command lines of all.
    private void requireNoSecretInArguments(Map<String, String> secrets) throws IOException {
        List<ProcessHandle> processes =
                new ArrayList<>(ProcessHandle.current().descendants().toList());
        processes.add(ProcessHandle.current());
        for (ProcessHandle process : processes) {
            Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
            if (Files.isReadable(file)) {
                requireNoSecret(
                        "the command line of a process",
                        new String(Files.readAllBytes(file), StandardCharsets.UTF_8),
                        secrets);
            }
        }
    }

    /// All that the server logs, its own code at every level.
    private static final class Log extends AppenderBase<ILoggingEvent> implements AutoCloseable {
        private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
        private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        private final Logger own = (Logger) LoggerFactory.getLogger("dev.roundelay");

        Log() {
            setContext((LoggerContext) LoggerFactory.getILoggerFactory());
            start();
            own.setLevel(Level.ALL);
            own.setAdditive(false);
            own.addAppender(this);
            root.addAppender(this);
        }

        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage()
                    + (event.getThrowableProxy() == null
                            ? ""
                            : ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }

        String text() {
            return String.join("\n", lines);
        }

        @Override
        public void close() {
            root.detachAppender(this);
            own.detachAppender(this);
            own.setAdditive(true);
            own.setLevel(null);
        }
    }

    private void same(String what, String expected, String seen) {
        if (!expected.equals(seen)) {
            holes.add("%s: expected %s, got %s".formatted(what, expected, seen));
        }
    }

    private void hole(String cell, String expected, Answer answer) {
        String text = answer.text().lines().findFirst().orElse("");
        holes.add("%s: expected %s, got %d %s"
                .formatted(
                        cell.toLowerCase(Locale.ROOT),
                        expected,
                        answer.status(),
                        text.length() <= 300 ? text : text.substring(0, 300)));
    }
}
