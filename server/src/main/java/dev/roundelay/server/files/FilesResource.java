package dev.roundelay.server.files;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.account.Accounts;
import dev.roundelay.contract.files.Deleted;
import dev.roundelay.contract.files.FileListing;
import dev.roundelay.contract.files.PresignedUrl;
import dev.roundelay.s3.Presigner;
import dev.roundelay.server.bucket.Buckets;
import dev.roundelay.server.bucket.Conditions;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.ByteRanges;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.FolderUsage;
import dev.roundelay.storage.ListQuery;
import dev.roundelay.storage.Listing;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.ObjectStore;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.StoredObject;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;

/// `/api/v1/files`: the objects of the caller's bucket.
public final class FilesResource implements Routes {
    private static final String PATH = "/api/v1/files";
    private static final int MAX_TEXT_BYTES = 8 << 20;
    private static final int MAX_LISTED = 1000;
    private static final int LISTED = 200;
    private static final Duration LINK_LIFE = Duration.ofHours(1);

    private final Authenticator authenticator;
    private final Buckets buckets;
    private final ObjectStore objects;
    private final Presigner presigner;
    private final OutputFolders outputs;
    private final InstantSource clock;

    public FilesResource(
            Authenticator authenticator,
            Buckets buckets,
            ObjectStore objects,
            Presigner presigner,
            OutputFolders outputs,
            InstantSource clock) {
        this.authenticator = authenticator;
        this.buckets = buckets;
        this.objects = objects;
        this.presigner = presigner;
        this.outputs = outputs;
        this.clock = clock;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(PATH, this::list);
        routes.delete(PATH, this::delete);
        routes.get(PATH + "/content", this::read);
        routes.put(PATH + "/content", this::write);
        routes.get(PATH + "/url", this::presign);
        routes.get(PATH + "/archive", this::archive);
        routes.get(PATH + "/summary", this::summary);
    }

    private void list(Context ctx) {
        Bucket bucket = buckets.of(authenticator.require(ctx).user());
        String prefix = text(ctx, "prefix");
        String delimiter = text(ctx, "delimiter");
        if (!delimiter.isEmpty() && !delimiter.equals("/")) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "[delimiter] is \"%s\"; use / or leave it out".formatted(delimiter));
        }
        int limit = Requests.integer(ctx, "limit", LISTED, 1, MAX_LISTED);
        Listing page = objects.index().list(bucket.name(), new ListQuery(prefix, delimiter, text(ctx, "after"), limit));
        Requests.json(
                ctx,
                new FileListing(
                        prefix,
                        page.objects().stream().map(FilesResource::entry).toList(),
                        page.commonPrefixes(),
                        page.hasMore() ? page.next() : null));
    }

    private void delete(Context ctx) {
        Caller caller = authenticator.require(ctx);
        Bucket bucket = buckets.of(caller.user());
        String key = ctx.queryParam("key");
        String prefix = ctx.queryParam("prefix");
        if ((key == null) == (prefix == null)) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "[key, prefix] give exactly one: key for an object, prefix for a folder");
        }
        dev.roundelay.storage.Deleted deleted;
        if (key != null) {
            ObjectKey one = new ObjectKey(key);
            outputs.requireNoLiveOutputs(caller.user(), key);
            deleted = objects.index().delete(bucket.name(), List.of(one));
        } else {
            String start = Objects.requireNonNull(prefix);
            outputs.requireNoLiveOutputs(caller.user(), start);
            deleted = objects.index().deletePrefix(bucket.name(), start);
        }
        Requests.json(ctx, new Deleted(deleted.objects(), deleted.bytes()));
    }

    private void summary(Context ctx) {
        Bucket bucket = buckets.of(authenticator.require(ctx).user());
        FolderUsage usage = objects.index().usage(bucket.name(), text(ctx, "prefix"));
        Requests.json(ctx, new Accounts.Folder(usage.prefix(), usage.objects(), usage.bytes()));
    }

    private void read(Context ctx) throws IOException {
        StoredObject object = object(ctx);
        String key = object.key().value();
        if (FileTypes.isText(key, object.attributes().contentType())) {
            ctx.contentType(FileTypes.TEXT);
        } else {
            ctx.contentType(FileTypes.BYTES);
            ctx.header("Content-Disposition", FileTypes.attachment(key));
        }
        ctx.header("Content-Security-Policy", "sandbox; default-src 'none'");
        ByteRanges.send(
                ctx,
                object.sizeBytes(),
                object.etag().quoted(),
                (offset, length) -> objects.blobs().open(object.blob(), offset, length));
    }

    private void write(Context ctx) throws IOException {
        Bucket bucket = buckets.of(authenticator.require(ctx).user());
        ObjectKey key = new ObjectKey(Requests.required(ctx, "key"));
        Precondition precondition = Conditions.of(ctx);
        byte[] body = Requests.bytes(ctx, MAX_TEXT_BYTES);
        StoredObject stored = objects.put(
                bucket.name(), key, new ByteArrayInputStream(body), body.length, ObjectAttributes.TEXT, precondition);
        Requests.json(ctx, entry(stored));
    }

    private void presign(Context ctx) {
        Caller caller = authenticator.require(ctx);
        StoredObject object = object(ctx);
        String url = presigner
                .get(buckets.keyPair(caller.user()), object.key(), LINK_LIFE)
                .toString();
        Requests.json(ctx, new PresignedUrl(url, clock.instant().plus(LINK_LIFE)));
    }

    private void archive(Context ctx) throws IOException {
        Bucket bucket = buckets.of(authenticator.require(ctx).user());
        Archive archive = Archive.of(objects, bucket.name(), Requests.required(ctx, "prefix"));
        ctx.disableCompression();
        ctx.contentType("application/zip");
        ctx.header("Content-Disposition", FileTypes.attachment(archive.fileName()));
        if (!ctx.req().getMethod().equals("HEAD")) {
            archive.writeTo(ctx.res().getOutputStream());
        }
    }

    private StoredObject object(Context ctx) {
        Bucket bucket = buckets.of(authenticator.require(ctx).user());
        return objects.index().object(bucket.name(), new ObjectKey(Requests.required(ctx, "key")));
    }

    private static String text(Context ctx, String name) {
        return Objects.requireNonNullElse(ctx.queryParam(name), "");
    }

    private static FileListing.Entry entry(StoredObject object) {
        return new FileListing.Entry(
                object.key().value(),
                object.sizeBytes(),
                object.etag().value(),
                object.attributes().contentType(),
                object.modifiedAt());
    }
}
