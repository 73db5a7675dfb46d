package dev.roundelay.server.security;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Every operation of the S3 endpoint and who may do it. The names are those of the endpoint's own audit line.
///
/// Columns: operation; call, with the owner's bucket as `{b}`; what the owner gets; header; body.
final class S3Calls {
    private static final String TABLE = """
            ListBuckets             | GET    /                                            | 200 | -                                    | -
            HeadBucket              | HEAD   /{b}                                         | 200 | -                                    | -
            GetBucketLocation       | GET    /{b}?location                                | 200 | -                                    | -
            GetBucketAcl            | GET    /{b}?acl                                     | 200 | -                                    | -
            PutBucketAcl            | PUT    /{b}?acl                                     | 200 | x-amz-acl: private                   | -
            GetBucketVersioning     | GET    /{b}?versioning                              | 200 | -                                    | -
            CreateBucket            | PUT    /{b}                                         | 409 | -                                    | -
            ListObjects             | GET    /{b}                                         | 200 | -                                    | -
            ListObjectsV2           | GET    /{b}?list-type=2                             | 200 | -                                    | -
            ListMultipartUploads    | GET    /{b}?uploads                                 | 200 | -                                    | -
            GetObject               | GET    /{b}/private/notes.txt                       | 200 | -                                    | -
            HeadObject              | HEAD   /{b}/private/notes.txt                       | 200 | -                                    | -
            GetObjectAcl            | GET    /{b}/private/notes.txt?acl                   | 200 | -                                    | -
            PutObjectAcl            | PUT    /{b}/private/notes.txt?acl                   | 200 | x-amz-acl: private                   | -
            GetObjectAttributes     | GET    /{b}/private/notes.txt?attributes            | 200 | x-amz-object-attributes: ETag        | -
            PutObject               | PUT    /{b}/put.txt                                 | 200 | -                                    | abc
            CopyObject              | PUT    /{b}/copy.txt                                | 200 | x-amz-copy-source: /{b}/private/notes.txt | -
            CreateMultipartUpload   | POST   /{b}/up/x.bin?uploads                        | 200 | -                                    | -
            UploadPart              | PUT    /{b}/up/x.bin?partNumber=1&uploadId={upload} | 200 | -                                    | abc
            UploadPartCopy          | PUT    /{b}/up/x.bin?partNumber=1&uploadId={upload} | 200 | x-amz-copy-source: /{b}/private/notes.txt | -
            ListParts               | GET    /{b}/up/x.bin?uploadId={upload}              | 200 | -                                    | -
            CompleteMultipartUpload | POST   /{b}/up/x.bin?uploadId={+upload}             | 200 | -                                    | complete
            AbortMultipartUpload    | DELETE /{b}/up/x.bin?uploadId={+upload}             | 204 | -                                    | -
            DeleteObject            | DELETE /{b}/{+file}                                 | 204 | -                                    | -
            DeleteObjects           | POST   /{b}?delete                                  | 200 | content-md5: 0BKwf6rGPDLjxeYdg3yysw== | delete
            DeleteBucket            | DELETE /{b}                                         | 403 | -                                    | -
            GetBucketPolicy         | GET    /{b}?policy                                  | 404 | -                                    | -
            GetBucketEncryption     | GET    /{b}?encryption                              | 501 | -                                    | -
            PutBucketEncryption     | PUT    /{b}?encryption                              | 501 | -                                    | abc
            DeleteBucketEncryption  | DELETE /{b}?encryption                              | 501 | -                                    | -
            PutBucketVersioning     | PUT    /{b}?versioning                              | 501 | -                                    | versioning
            ListObjectVersions      | GET    /{b}?versions                                | 501 | -                                    | -
            OptionsObject           | OPTIONS /{b}/private/notes.txt                      | 501 | -                                    | -
            """;

    /// Who knocks at the S3 endpoint, and the answer, whatever the operation.
    private static final String IDENTITIES = """
            unsigned              | 403 AccessDenied
            session_cookie        | 403 AccessDenied
            api_key_as_bearer     | 403 AccessDenied
            worker_as_bearer      | 403 AccessDenied
            api_key_as_key_id     | 403 InvalidAccessKeyId
            unknown_key_id        | 403 InvalidAccessKeyId
            wrong_secret          | 403 SignatureDoesNotMatch
            api_key_as_secret     | 403 SignatureDoesNotMatch
            rotated_pair          | 403 InvalidAccessKeyId
            disabled_users_pair   | 403 InvalidAccessKeyId
            signed_long_ago       | 403 old
            strangers_pair        | 403 AccessDenied
            owners_pair           | good
            """;

    /// What is not offered is told to everybody who signs well, whatever the bucket. `OptionsObject` is what pages of
    /// other sites ask before they call; it is told the same before a signature is looked at.
    private static final Set<String> NOT_OFFERED = Set.of(
            "GetBucketEncryption",
            "PutBucketEncryption",
            "DeleteBucketEncryption",
            "PutBucketVersioning",
            "ListObjectVersions",
            "OptionsObject");

    private S3Calls() {}

    /// One operation.
    record Call(String operation, String method, String path, int good, Map<String, String> headers, String body) {
        @Override
        public String toString() {
            return "S3 %s (%s %s)".formatted(operation, method, path);
        }
    }

    /// Who knocks.
    enum Knock {
        UNSIGNED,
        SESSION_COOKIE,
        API_KEY_AS_BEARER,
        WORKER_AS_BEARER,
        API_KEY_AS_KEY_ID,
        UNKNOWN_KEY_ID,
        WRONG_SECRET,
        API_KEY_AS_SECRET,
        ROTATED_PAIR,
        DISABLED_USERS_PAIR,
        SIGNED_LONG_AGO,
        STRANGERS_PAIR,
        OWNERS_PAIR;

        boolean isSigned() {
            return ordinal() > WORKER_AS_BEARER.ordinal();
        }
    }

    static List<Call> calls() {
        return TABLE.lines().map(S3Calls::call).toList();
    }

    private static Call call(String line) {
        List<String> columns = Rules.columns(line);
        String[] call = columns.get(1).split("\\s+");
        Map<String, String> headers = new LinkedHashMap<>();
        if (!columns.get(3).equals("-")) {
            String[] header = columns.get(3).split(": ", 2);
            headers.put(header[0], header[1]);
        }
        return new Call(
                columns.getFirst(), call[0], call[1], Integer.parseInt(columns.get(2)), headers, columns.get(4));
    }

    /// Returns the expected answer, `STATUS CODE`, or `good`.
    static String expected(Call call, Knock knock, S3Signature.Form form) {
        boolean asksFirst = call.operation().equals("OptionsObject") && knock.isSigned();
        if (asksFirst || (NOT_OFFERED.contains(call.operation()) && knock == Knock.STRANGERS_PAIR)) {
            return "501 NotImplemented";
        }
        String word = IDENTITIES
                .lines()
                .map(Rules::columns)
                .filter(row -> row.getFirst().equalsIgnoreCase(knock.name()))
                .map(row -> row.get(1))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("[s3] no row for " + knock));
        // S3 has one word for a link that has expired and another one for a header of long ago.
        return word.replace("old", form == S3Signature.Form.LINK ? "AccessDenied" : "RequestTimeTooSkewed");
    }

    /// Returns the operations that the endpoint's library can tell apart. Looked up by name: only the s3 room may know
    /// the library.
    static Set<String> known() {
        try {
            Class<?> operations = Class.forName("org.gaul.s3proxy.S3Operation");
            Set<String> names = new TreeSet<>();
            for (Object operation : operations.getEnumConstants()) {
                names.add((String) operations.getMethod("getValue").invoke(operation));
            }
            return names;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the s3 room names the operations of another library now", e);
        }
    }

    static S3Signature signature(Knock knock, World world, World.Pair rotated) {
        World.Pair own = world.pair(Identity.OWNER_KEY);
        String apiKey = world.secrets().get("the key of ada");
        Instant now = Instant.now();
        return switch (knock) {
            case API_KEY_AS_KEY_ID -> new S3Signature(String.valueOf(apiKey), String.valueOf(apiKey), now);
            case UNKNOWN_KEY_ID -> new S3Signature("RK00000000000000000000", own.secret(), now);
            case WRONG_SECRET -> new S3Signature(own.accessKeyId(), "not the secret", now);
            case API_KEY_AS_SECRET -> new S3Signature(own.accessKeyId(), String.valueOf(apiKey), now);
            case ROTATED_PAIR -> new S3Signature(rotated.accessKeyId(), rotated.secret(), now);
            case DISABLED_USERS_PAIR -> of(world.pair(Identity.DISABLED_KEY), now);
            case SIGNED_LONG_AGO -> of(own, now.minus(Duration.ofDays(2)));
            case STRANGERS_PAIR -> of(world.pair(Identity.STRANGER_KEY), now);
            case OWNERS_PAIR -> of(own, now);
            case UNSIGNED, SESSION_COOKIE, API_KEY_AS_BEARER, WORKER_AS_BEARER ->
                throw new IllegalArgumentException(knock + " signs nothing");
        };
    }

    private static S3Signature of(World.Pair pair, Instant at) {
        return new S3Signature(pair.accessKeyId(), pair.secret(), at);
    }

    static byte[] body(String name) {
        return World.bytes(
                switch (name) {
                    case "-" -> "";
                    case "abc" -> "abc";
                    case "complete" ->
                        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
                                + "<ETag>900150983cd24fb0d6963f7d28e17f72</ETag></Part></CompleteMultipartUpload>";
                    case "versioning" -> "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
                    case "delete" -> "<Delete><Object><Key>nothing</Key></Object></Delete>";
                    default -> throw new IllegalStateException(name);
                });
    }

    static Map<String, String> bare(Knock knock, World world) {
        return switch (knock) {
            case SESSION_COOKIE -> world.headers(Identity.OWNER_SESSION, false, false);
            case API_KEY_AS_BEARER -> world.headers(Identity.OWNER_KEY, false, false);
            case WORKER_AS_BEARER -> world.headers(Identity.WORKER, false, false);
            default -> Map.of();
        };
    }

    static URI address(String s3Url, String path) {
        return URI.create(s3Url + path);
    }

    /// Returns the code of an S3 error document, or the empty text.
    static String code(String document) {
        int from = document.indexOf("<Code>");
        int to = document.indexOf("</Code>");
        return from < 0 || to < from ? "" : document.substring(from + 6, to);
    }

    static List<S3Signature.Form> forms() {
        return Arrays.asList(S3Signature.Form.values());
    }
}
