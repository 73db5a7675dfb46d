package dev.roundelay.server.uploads;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.files.Uploads;
import dev.roundelay.server.bucket.Buckets;
import dev.roundelay.server.bucket.Conditions;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.ObjectStore;
import dev.roundelay.storage.Part;
import dev.roundelay.storage.PartTag;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.StoredObject;
import dev.roundelay.storage.Upload;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/// `/api/v1/uploads`: objects in parts, resumed after a break by asking which parts are held.
public final class UploadsResource implements Routes {
    private static final String PATH = "/api/v1/uploads";
    private static final int NAMED_PARTS = 10;

    private final Authenticator authenticator;
    private final Buckets buckets;
    private final ObjectStore objects;

    public UploadsResource(Authenticator authenticator, Buckets buckets, ObjectStore objects) {
        this.authenticator = authenticator;
        this.buckets = buckets;
        this.objects = objects;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.post(PATH, this::begin);
        routes.get(PATH + "/{id}", this::get);
        routes.put(PATH + "/{id}/parts/{n}", this::putPart);
        routes.post(PATH + "/{id}/complete", this::complete);
        routes.delete(PATH + "/{id}", this::abort);
    }

    private void begin(Context ctx) {
        Bucket bucket = bucket(ctx);
        Uploads.Begin wish = Requests.body(ctx, Uploads.Begin.class);
        if (wish.sizeBytes() < 0 || wish.sizeBytes() > UploadPlan.MAX_SIZE_BYTES) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "[sizeBytes] is %d; use 0 to %d".formatted(wish.sizeBytes(), UploadPlan.MAX_SIZE_BYTES));
        }
        ObjectKey key = new ObjectKey(Requests.field(wish.key(), "key"));
        Optional<StoredObject> present = objects.index().find(bucket.name(), key);
        // Before the first part, so that nobody sends gigabytes to learn that the name is taken.
        Conditions.of(ctx).check(bucket.name(), key, present.orElse(null));
        long replaced = present.map(StoredObject::sizeBytes).orElse(0L);
        bucket.requireRoom(Math.max(0, wish.sizeBytes() - replaced));
        ObjectAttributes attributes =
                wish.contentType() == null ? ObjectAttributes.DEFAULT : ObjectAttributes.of(wish.contentType());
        Upload upload = objects.index().createUpload(bucket.name(), key, attributes);
        Requests.json(ctx, 201, view(new UploadPlan(upload.id(), key, wish.sizeBytes()), List.of()));
    }

    private void get(Context ctx) {
        Bucket bucket = bucket(ctx);
        UploadPlan plan = UploadPlan.parse(ctx.pathParam("id"));
        objects.index().upload(bucket.name(), plan.key(), plan.upload());
        Requests.json(ctx, view(plan, held(bucket, plan)));
    }

    private void putPart(Context ctx) throws IOException {
        Bucket bucket = bucket(ctx);
        UploadPlan plan = UploadPlan.parse(ctx.pathParam("id"));
        int number = number(ctx.pathParam("n"));
        long size = plan.sizeOf(number);
        long announced = ctx.req().getContentLengthLong();
        if (announced != size) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "[part %d] has %d bytes by its Content-Length; this part has %d"
                            .formatted(number, announced, size));
        }
        try (InputStream body = ctx.bodyInputStream()) {
            Part part = objects.putPart(bucket.name(), plan.key(), plan.upload(), number, body, size);
            Requests.json(ctx, view(part));
        }
    }

    private void complete(Context ctx) throws IOException {
        Bucket bucket = bucket(ctx);
        UploadPlan plan = UploadPlan.parse(ctx.pathParam("id"));
        List<Part> held = held(bucket, plan);
        if (held.isEmpty()) {
            Optional<StoredObject> made = objects.index().find(bucket.name(), plan.key());
            // The answer to an earlier completion was lost: parts of a completed upload are none.
            if (made.isPresent() && made.get().sizeBytes() == plan.sizeBytes()) {
                Requests.json(ctx, view(made.get()));
                return;
            }
        }
        requireWhole(plan, held);
        List<PartTag> tags = held.stream()
                .map(part -> new PartTag(part.number(), part.etag()))
                .toList();
        Requests.json(ctx, view(objects.complete(bucket.name(), plan.key(), plan.upload(), tags, Precondition.NONE)));
    }

    private static void requireWhole(UploadPlan plan, List<Part> held) {
        Set<Integer> numbers = new HashSet<>();
        held.forEach(part -> numbers.add(part.number()));
        List<Integer> missing = IntStream.rangeClosed(1, plan.parts())
                .filter(number -> !numbers.contains(number))
                .limit(NAMED_PARTS)
                .boxed()
                .toList();
        if (!missing.isEmpty()) {
            throw new ApiException(
                    ErrorCode.UPLOAD_INCOMPLETE,
                    "[upload] %d of %d parts are held, missing are %s; send them, then complete it"
                            .formatted(held.size(), plan.parts(), missing));
        }
    }

    private void abort(Context ctx) {
        Bucket bucket = bucket(ctx);
        UploadPlan plan = UploadPlan.parse(ctx.pathParam("id"));
        objects.index().abort(bucket.name(), plan.key(), plan.upload());
        ctx.status(204);
    }

    private Bucket bucket(Context ctx) {
        return buckets.of(authenticator.require(ctx).user());
    }

    private List<Part> held(Bucket bucket, UploadPlan plan) {
        return objects.index().parts(bucket.name(), plan.key(), plan.upload());
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException _) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "[part] \"%s\" is no number; use 1 and up".formatted(text));
        }
    }

    private static Uploads.View view(UploadPlan plan, List<Part> held) {
        return new Uploads.View(
                plan.id(),
                plan.key().value(),
                plan.sizeBytes(),
                plan.partSizeBytes(),
                plan.parts(),
                held.stream().map(UploadsResource::view).toList());
    }

    private static Uploads.Part view(Part part) {
        return new Uploads.Part(part.number(), part.sizeBytes(), part.etag().value());
    }

    private static Uploads.Completed view(StoredObject object) {
        return new Uploads.Completed(
                object.key().value(), object.sizeBytes(), object.etag().value());
    }
}
