package dev.roundelay.server.bucket;

import dev.roundelay.contract.account.Accounts;
import dev.roundelay.s3.S3KeyPair;
import dev.roundelay.server.account.AuditLog;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketIndex;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import org.jspecify.annotations.Nullable;

/// `/api/v1/bucket`: the own bucket, its key pair and its use.
public final class BucketResource implements Routes {
    private static final String PATH = "/api/v1/bucket";

    private final Authenticator authenticator;
    private final Buckets buckets;
    private final BucketIndex index;
    private final AuditLog audit;
    private final String endpoint;
    private final String region;

    /// @param endpoint of S3 as clients reach it
    public BucketResource(
            Authenticator authenticator,
            Buckets buckets,
            BucketIndex index,
            AuditLog audit,
            String endpoint,
            String region) {
        this.authenticator = authenticator;
        this.buckets = buckets;
        this.index = index;
        this.audit = audit;
        this.endpoint = endpoint;
        this.region = region;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(PATH, this::get);
        routes.post(PATH, this::provision);
        routes.post(PATH + "/rotate-key", this::rotate);
        routes.get(PATH + "/usage", this::usage);
    }

    private void get(Context ctx) {
        S3KeyPair keys = buckets.keyPair(authenticator.require(ctx).user());
        Requests.json(ctx, view(keys, null));
    }

    private void provision(Context ctx) {
        S3KeyPair keys = buckets.provision(authenticator.require(ctx).user());
        Requests.json(ctx, view(keys, keys.secretAccessKey()));
    }

    private void rotate(Context ctx) {
        Caller caller = authenticator.require(ctx);
        S3KeyPair keys = buckets.rotate(caller.user());
        audit.record(ctx, caller, "bucket_key_rotated", keys.bucket().value());
        Requests.json(ctx, view(keys, keys.secretAccessKey()));
    }

    private void usage(Context ctx) {
        Bucket bucket = buckets.of(authenticator.require(ctx).user());
        Requests.json(
                ctx,
                new Accounts.Usage(
                        bucket.usedBytes() + bucket.reservedBytes(),
                        bucket.quotaBytes(),
                        index.usage(bucket.name()).stream()
                                .map(folder -> new Accounts.Folder(folder.prefix(), folder.objects(), folder.bytes()))
                                .toList()));
    }

    private Accounts.Bucket view(S3KeyPair keys, @Nullable String secret) {
        return new Accounts.Bucket(keys.bucket().value(), endpoint, region, keys.accessKeyId(), secret);
    }
}
