package dev.roundelay.server.bucket;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.s3.S3Credentials;
import dev.roundelay.s3.S3KeyPair;
import dev.roundelay.server.account.JdbcAccounts;
import dev.roundelay.server.account.Secrets;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StorageFault;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The one bucket of each user and the key pair that opens it over S3. Thread-safe.
public final class Buckets implements S3Credentials {
    /// Quota of a bucket when nobody says otherwise.
    public static final long DEFAULT_QUOTA_BYTES = 100L << 30;

    private final BucketIndex index;
    private final JdbcAccounts accounts;
    private final Secrets secrets;
    private final RandomGenerator random;

    public Buckets(BucketIndex index, JdbcAccounts accounts, Secrets secrets, RandomGenerator random) {
        this.index = index;
        this.accounts = accounts;
        this.secrets = secrets;
        this.random = random;
    }

    /// Returns a user's bucket.
    ///
    /// @throws ApiException `not_found` before it was made
    public Bucket of(UserId user) {
        return find(user)
                .orElseThrow(() -> new ApiException(
                        ErrorCode.NOT_FOUND, "[bucket] you have none yet; make it with POST /api/v1/bucket"));
    }

    /// Returns a user's bucket; empty before it was made.
    public Optional<Bucket> find(UserId user) {
        return index.findBucketOf(new OwnerId(user.value()));
    }

    /// Returns a user's bucket and key pair, which are made if they are not there.
    public S3KeyPair provision(UserId user) {
        Bucket bucket = find(user).orElseGet(() -> create(user, DEFAULT_QUOTA_BYTES));
        String accessKeyId = accounts.findBucketKey(user).orElseGet(() -> renewKey(user));
        return pair(bucket, accessKeyId);
    }

    /// Makes a bucket, or returns the one that another call has just made.
    private Bucket create(UserId user, long quotaBytes) {
        OwnerId owner = new OwnerId(user.value());
        try {
            return index.createBucket(
                    owner, new BucketName("rd-" + HexFormat.of().toHexDigits(random.nextLong())), quotaBytes);
        } catch (StorageException e) {
            if (e.fault() != StorageFault.BUCKET_EXISTS) {
                throw e;
            }
            return index.findBucketOf(owner).orElseThrow(() -> e);
        }
    }

    /// Sets a user's quota, making the bucket if there is none.
    public void setQuota(UserId user, long quotaBytes) {
        Optional<Bucket> bucket = find(user);
        if (bucket.isPresent()) {
            index.changeQuota(bucket.get().name(), quotaBytes);
        } else {
            create(user, quotaBytes);
        }
    }

    /// Deletes everything in a user's bucket; none is no error.
    public void clear(UserId user) {
        find(user).ifPresent(bucket -> index.deletePrefix(bucket.name(), ""));
    }

    /// Returns the key pair of a user's bucket.
    ///
    /// @throws ApiException `not_found` before the bucket was made
    public S3KeyPair keyPair(UserId user) {
        of(user);
        return provision(user);
    }

    /// Gives the bucket a new key pair; the old one ends at once.
    ///
    /// @throws ApiException `not_found` before the bucket was made
    public S3KeyPair rotate(UserId user) {
        return pair(of(user), renewKey(user));
    }

    private String renewKey(UserId user) {
        String accessKeyId = secrets.accessKeyId();
        accounts.setBucketKey(user, accessKeyId);
        return accessKeyId;
    }

    @Override
    public Optional<S3KeyPair> find(String accessKeyId) {
        return accounts.findByBucketKey(accessKeyId)
                .flatMap(user -> index.findBucketOf(new OwnerId(user.value())))
                .map(bucket -> pair(bucket, accessKeyId));
    }

    private S3KeyPair pair(Bucket bucket, String accessKeyId) {
        return new S3KeyPair(accessKeyId, secrets.bucketSecret(accessKeyId), bucket.owner(), bucket.name());
    }
}
