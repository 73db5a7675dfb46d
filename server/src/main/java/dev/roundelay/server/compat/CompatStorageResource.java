package dev.roundelay.server.compat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.account.Accounts;
import dev.roundelay.s3.Presigner;
import dev.roundelay.s3.S3KeyPair;
import dev.roundelay.server.account.AuditLog;
import dev.roundelay.server.bucket.Buckets;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.ETag;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.ObjectStore;
import dev.roundelay.storage.Part;
import dev.roundelay.storage.PartTag;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.StoredObject;
import dev.roundelay.storage.Upload;
import dev.roundelay.storage.UploadId;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// The bucket as the published client knows it, and its uploads: parts go straight to S3 by signed links.
public final class CompatStorageResource implements Routes {
    /// The client cuts files by this size, so links must be as many.
    static final long PART_BYTES = 52_428_800;

    private static final String STORAGE = "/api/users/storage";
    private static final Duration LINK_LIFE = Duration.ofHours(12);

    private final Authenticator authenticator;
    private final Buckets buckets;
    private final ObjectStore objects;
    private final Presigner presigner;
    private final AuditLog audit;
    private final S3Address address;

    /// Where clients find S3.
    public record S3Address(String endpoint, String region) {}

    public CompatStorageResource(
            Authenticator authenticator,
            Buckets buckets,
            ObjectStore objects,
            Presigner presigner,
            AuditLog audit,
            S3Address address) {
        this.authenticator = authenticator;
        this.buckets = buckets;
        this.objects = objects;
        this.presigner = presigner;
        this.audit = audit;
        this.address = address;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(STORAGE + "/bucket", this::bucket);
        routes.post(STORAGE + "/bucket", this::provision);
        routes.patch(STORAGE + "/bucket/rotate-key", this::rotate);
        routes.get(STORAGE + "/usage", this::usage);
        routes.post(STORAGE + "/upload/init", this::begin);
        routes.post(STORAGE + "/upload/complete", this::complete);
        routes.post(STORAGE + "/upload/abort", this::abort);
    }

    private void bucket(Context ctx) {
        Caller caller = authenticator.requireKey(ctx);
        Requests.json(ctx, shape(buckets.keyPair(caller.user())));
    }

    private void provision(Context ctx) {
        Caller caller = authenticator.requireKey(ctx);
        Requests.json(ctx, shapeWithSecret(buckets.provision(caller.user())));
    }

    private void rotate(Context ctx) {
        Caller caller = authenticator.requireKey(ctx);
        S3KeyPair keys = buckets.rotate(caller.user());
        audit.record(ctx, caller, "bucket_key_rotated", keys.bucket().value());
        Requests.json(ctx, shapeWithSecret(keys));
    }

    private void usage(Context ctx) {
        Bucket bucket = buckets.of(authenticator.requireKey(ctx).user());
        Requests.json(
                ctx,
                new Accounts.Usage(
                        bucket.usedBytes() + bucket.reservedBytes(),
                        bucket.quotaBytes(),
                        objects.index().usage(bucket.name()).stream()
                                .map(folder -> new Accounts.Folder(folder.prefix(), folder.objects(), folder.bytes()))
                                .toList()));
    }

    /// Begins an upload and signs a link for each part. What cannot fit is refused before a byte is sent.
    private void begin(Context ctx) {
        Caller caller = authenticator.requireKey(ctx);
        JsonNode wish = Requests.lenientBody(ctx, JsonNode.class);
        ObjectKey key = key(wish);
        int parts = parts(wish.path("size"));
        S3KeyPair keys = buckets.keyPair(caller.user());
        long replaced = objects.index()
                .find(keys.bucket(), key)
                .map(StoredObject::sizeBytes)
                .orElse(0L);
        buckets.of(caller.user()).requireRoom(Math.max(0, wish.path("size").asLong() - replaced));
        Upload upload = objects.index().createUpload(keys.bucket(), key, attributes(wish));
        List<String> urls = IntStream.rangeClosed(1, parts)
                .mapToObj(number -> presigner
                        .putPart(keys, key, upload.id(), number, LINK_LIFE)
                        .toString())
                .toList();
        Requests.json(ctx, Map.of("uploadId", upload.id().value(), "urls", urls));
    }

    private static int parts(JsonNode size) {
        long largest = PART_BYTES * Part.MAX_NUMBER;
        if (!size.isIntegralNumber() || !size.canConvertToLong() || size.asLong() < 0 || size.asLong() > largest) {
            throw invalid("size", "is no number of bytes from 0 to " + largest, "send the size of the file");
        }
        return (int) Math.max(1, Math.ceilDiv(size.asLong(), PART_BYTES));
    }

    private void complete(Context ctx) throws IOException {
        Bucket bucket = buckets.of(authenticator.requireKey(ctx).user());
        JsonNode wish = Requests.lenientBody(ctx, JsonNode.class);
        StoredObject made =
                objects.complete(bucket.name(), key(wish), upload(wish), tags(wish.path("parts")), Precondition.NONE);
        Requests.json(
                ctx,
                Map.of(
                        "key", made.key().value(),
                        "size", made.sizeBytes(),
                        "etag", made.etag().value()));
    }

    private static List<PartTag> tags(JsonNode parts) {
        List<PartTag> tags = new ArrayList<>();
        for (JsonNode part : parts) {
            String tag = part.path("ETag").asText("");
            if (!part.path("PartNumber").isInt() || tag.isBlank() || tag.length() > 100) {
                throw invalid("parts", "holds an entry without PartNumber and ETag", "send both for each part");
            }
            tags.add(new PartTag(part.path("PartNumber").asInt(), ETag.parse(tag)));
        }
        return tags;
    }

    private void abort(Context ctx) {
        Bucket bucket = buckets.of(authenticator.requireKey(ctx).user());
        JsonNode wish = Requests.lenientBody(ctx, JsonNode.class);
        objects.index().abort(bucket.name(), key(wish), upload(wish));
        ctx.status(204);
    }

    private static ObjectKey key(JsonNode wish) {
        return new ObjectKey(text(wish, "key"));
    }

    private static UploadId upload(JsonNode wish) {
        return new UploadId(text(wish, "uploadId"));
    }

    private static String text(JsonNode wish, String field) {
        JsonNode value = wish.path(field);
        if (!value.isTextual() || value.asText().isEmpty()) {
            throw invalid(field, "is missing or no text", "set it");
        }
        return value.asText();
    }

    private static ObjectAttributes attributes(JsonNode wish) {
        String type = wish.path("contentType").asText("");
        return type.isBlank() || type.length() > 200 || type.chars().anyMatch(Character::isISOControl)
                ? ObjectAttributes.DEFAULT
                : ObjectAttributes.of(type);
    }

    private static ApiException invalid(String field, String what, String remedy) {
        return new ApiException(ErrorCode.INVALID_REQUEST, "[%s] %s; %s".formatted(field, what, remedy));
    }

    private Map<String, Object> shape(S3KeyPair keys) {
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("bucketAlias", keys.bucket().value());
        shape.put("endpoint", address.endpoint());
        shape.put("region", address.region());
        shape.put("accessKeyId", keys.accessKeyId());
        return shape;
    }

    private Map<String, Object> shapeWithSecret(S3KeyPair keys) {
        Map<String, Object> shape = shape(keys);
        shape.put("secretAccessKey", keys.secretAccessKey());
        return shape;
    }
}
