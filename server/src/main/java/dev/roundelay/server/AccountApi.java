package dev.roundelay.server;

import dev.roundelay.kernel.Kernel;
import dev.roundelay.s3.Presigner;
import dev.roundelay.server.account.AccountViews;
import dev.roundelay.server.account.ApiKeysResource;
import dev.roundelay.server.account.AuditLog;
import dev.roundelay.server.account.ClientAddress;
import dev.roundelay.server.account.JdbcAccounts;
import dev.roundelay.server.account.Passwords;
import dev.roundelay.server.account.Secrets;
import dev.roundelay.server.account.SessionResource;
import dev.roundelay.server.account.SignInThrottle;
import dev.roundelay.server.account.UsersResource;
import dev.roundelay.server.bucket.BucketResource;
import dev.roundelay.server.bucket.Buckets;
import dev.roundelay.server.files.FilesResource;
import dev.roundelay.server.files.OutputFolders;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.OpenBody;
import dev.roundelay.server.http.Routes;
import dev.roundelay.server.uploads.UploadsResource;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.ObjectStore;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Jdbi;

/// The resources about a user's own things: sessions, keys, bucket, files, uploads; and users and audit for
/// administrators.
final class AccountApi {
    private final Parts p;
    private final Buckets buckets;
    private final ClientAddress address;
    private final AuditLog audit;
    private final Presigner presigner;

    /// What they work with.
    ///
    /// @param machines the workers and join tokens of users
    record Parts(
            Settings settings,
            Jdbi jdbi,
            Authenticator authenticator,
            JdbcAccounts accounts,
            Passwords passwords,
            Secrets secrets,
            ObjectStore objects,
            Kernel kernel,
            UsersResource.Machines machines,
            InstantSource clock,
            RandomGenerator random) {
        BucketIndex index() {
            return objects.index();
        }
    }

    AccountApi(Parts parts) {
        this.p = parts;
        this.buckets = new Buckets(p.index(), p.accounts(), p.secrets(), p.random());
        this.address = new ClientAddress(p.settings().behindTlsProxy());
        this.audit = new AuditLog(p.jdbi(), p.clock(), address);
        this.presigner = new Presigner(
                URI.create(p.settings().s3PublicUrl()), p.settings().s3().region(), p.clock());
    }

    AuditLog audit() {
        return audit;
    }

    Presigner presigner() {
        return presigner;
    }

    /// Returns the buckets, by whose key pairs S3 knows its callers.
    Buckets buckets() {
        return buckets;
    }

    /// Returns the resources.
    List<Routes> routes() {
        Settings settings = p.settings();
        AccountViews views = new AccountViews(p.index());
        return List.of(
                new SessionResource(new SessionResource.Parts(
                        p.authenticator(),
                        p.accounts(),
                        views,
                        p.passwords(),
                        p.secrets(),
                        new SignInThrottle(System::nanoTime),
                        address,
                        audit,
                        OpenBody.limits(System::nanoTime),
                        settings.publicUrl().startsWith("https:") || settings.behindTlsProxy())),
                new ApiKeysResource(p.authenticator(), p.accounts(), p.secrets(), audit, p.clock(), p.random()),
                new UsersResource(new UsersResource.Parts(
                        p.authenticator(),
                        p.accounts(),
                        views,
                        buckets,
                        user -> p.kernel().view().jobs().stream()
                                .anyMatch(job -> job.ownerId().equals(user)),
                        p.machines(),
                        p.passwords(),
                        p.secrets(),
                        audit,
                        p.clock(),
                        p.random())),
                new BucketResource(
                        p.authenticator(),
                        buckets,
                        p.index(),
                        audit,
                        settings.s3PublicUrl(),
                        settings.s3().region()),
                new FilesResource(
                        p.authenticator(), buckets, p.objects(), presigner, new OutputFolders(p.kernel()), p.clock()),
                new UploadsResource(p.authenticator(), buckets, p.objects()));
    }
}
