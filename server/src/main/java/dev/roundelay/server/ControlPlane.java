package dev.roundelay.server;

import dev.roundelay.federation.FederationConfig;
import dev.roundelay.federation.JobRuns;
import dev.roundelay.federation.run.RunParts;
import dev.roundelay.federation.spool.Spool;
import dev.roundelay.federation.strategy.ModelArithmetic;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.KernelConfig;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.s3.S3Server;
import dev.roundelay.server.account.AuditLog;
import dev.roundelay.server.account.Bootstrap;
import dev.roundelay.server.account.ClientAddress;
import dev.roundelay.server.account.JdbcAccounts;
import dev.roundelay.server.account.Passwords;
import dev.roundelay.server.account.Secrets;
import dev.roundelay.server.active.ActiveEpoch;
import dev.roundelay.server.active.ActiveServer;
import dev.roundelay.server.active.ActiveServerConfig;
import dev.roundelay.server.bucket.ActiveCredentials;
import dev.roundelay.server.compat.CompatShapes;
import dev.roundelay.server.compat.CompatStorageResource;
import dev.roundelay.server.compat.CompatWorkersResource;
import dev.roundelay.server.dashboard.DashboardResource;
import dev.roundelay.server.dashboard.WebFolder;
import dev.roundelay.server.downloads.DownloadsResource;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.HttpServer;
import dev.roundelay.server.http.OpsResource;
import dev.roundelay.server.http.Routes;
import dev.roundelay.server.jobs.JobAccess;
import dev.roundelay.server.jobs.JobApi;
import dev.roundelay.server.jobs.JobChanges;
import dev.roundelay.server.jobs.JobSignals;
import dev.roundelay.server.jobs.JsonRunSpecs;
import dev.roundelay.server.metrics.MetricsResource;
import dev.roundelay.server.store.Database;
import dev.roundelay.server.store.JdbcSnapshotSweep;
import dev.roundelay.server.store.Schema;
import dev.roundelay.server.store.ServerFigures;
import dev.roundelay.server.store.SweepHold;
import dev.roundelay.server.tls.AuthorityResource;
import dev.roundelay.server.tls.PublicAuthority;
import dev.roundelay.server.workerapi.StackRequests;
import dev.roundelay.server.workerapi.TelemetryHistory;
import dev.roundelay.server.workerapi.WorkerApi;
import dev.roundelay.server.workerapi.WorkerAuth;
import dev.roundelay.server.workerapi.WorkerSignals;
import dev.roundelay.server.workers.WorkerTokensResource;
import dev.roundelay.server.workers.WorkersResource;
import dev.roundelay.storage.BlobSweeper;
import dev.roundelay.storage.DiskGuard;
import dev.roundelay.storage.GuardedBlobStore;
import dev.roundelay.storage.ObjectStore;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole control plane, wired by hand from top to bottom. Constructing does no I/O; [#start] does.
public final class ControlPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
    private static final Duration DISK_LOOK = Duration.ofSeconds(5);

    private final InstantSource clock = InstantSource.system();
    private final SecureRandom random = new SecureRandom();
    private final int cores = Runtime.getRuntime().availableProcessors();
    private final ExecutorService arithmetic = Executors.newFixedThreadPool(
            cores, Thread.ofPlatform().name("arithmetic-", 0).daemon().factory());
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch diskLook = new CountDownLatch(1);
    private final Database database;
    private final DiskGuard disk;
    private final Stores stores;
    private final Kernel kernel;
    private final JobRuns runs;
    private final JobSignals jobSignals = new JobSignals();
    private final JobChanges jobChanges;
    private final ActiveServer active;
    private final HttpServer http;
    private final S3Server s3;

    /// @param serverKey 32 bytes from which bucket secrets are derived
    public ControlPlane(Settings settings, Database database, byte[] serverKey) {
        this.database = database;
        stores = Stores.of(database, settings.dataDir(), clock, random, this::written);
        disk = DiskGuard.of(settings.dataDir(), settings.diskReserveBytes(), ControlPlane::diskChanged);
        kernel = new Kernel(stores.kernel(), KernelConfig.defaults(), clock, System::nanoTime, random);
        jobChanges = JobChanges.of(kernel);
        runs = new JobRuns(
                runParts(settings),
                new JsonRunSpecs(new JobAccess(kernel, stores.kernel()), stores.submissions()),
                JobRuns::onVirtualThread);

        Secrets secrets = new Secrets(random, serverKey);
        Passwords passwords = new Passwords(random);
        Authenticator authenticator = new Authenticator(stores.accounts());
        WorkerTokensResource workerTokens = new WorkerTokensResource(
                authenticator, stores.tokens(), settings.authority().map(PublicAuthority::fingerprint), clock, random);
        Bootstrap bootstrap =
                new Bootstrap(stores.accounts(), passwords, secrets, stores.index(), workerTokens, clock, random);

        ActiveEpoch epoch = new ActiveEpoch();
        Serving.Signals signals = new Serving.Signals(new WorkerSignals(), jobSignals, new KernelTicker(kernel));
        Serving serving = new Serving(settings, stores, kernel, runs, bootstrap, epoch, signals);
        active = new ActiveServer(
                database,
                new Schema(database, settings.dataDir().resolve("backups"), clock),
                ActiveServerConfig.defaults(),
                System::nanoTime,
                List.of(serving, signals.ticker(), housekeeping()));

        StackRequests stacks = new StackRequests(signals.workers(), clock);
        JobApi jobApi = new JobApi(jobParts(settings, authenticator, stacks, epoch));
        TelemetryHistory telemetry = new TelemetryHistory();
        WorkerAuth workerAuth = new WorkerAuth(stores.tokens());
        List<Routes> routes = new ArrayList<>(jobApi.routes());
        routes.addAll(WorkerApi.routes(workerParts(workerAuth, signals.workers(), stacks, telemetry, epoch)));
        ObjectStore objects = new ObjectStore(new GuardedBlobStore(stores.blobs(), disk), stores.index());
        WorkersResource workersResource =
                new WorkersResource(authenticator, kernel, stores.tokens(), workerAuth, telemetry);
        AccountApi accountApi = new AccountApi(new AccountApi.Parts(
                settings,
                database.jdbi(),
                authenticator,
                stores.accounts(),
                passwords,
                secrets,
                objects,
                kernel,
                workersResource::removeAll,
                clock,
                random));
        routes.addAll(accountApi.routes());
        routes.add(workersResource);
        routes.add(workerTokens);
        routes.add(new CompatStorageResource(
                authenticator,
                accountApi.buckets(),
                objects,
                accountApi.presigner(),
                accountApi.audit(),
                new CompatStorageResource.S3Address(
                        settings.s3PublicUrl(), settings.s3().region())));
        routes.add(new CompatWorkersResource(authenticator, kernel, new CompatShapes(kernel, settings.publicUrl())));
        routes.add(new DashboardResource(WebFolder.BUILT, settings.publicUrl()));
        routes.add(new OpsResource(active::standing, this::databaseAnswers, disk::isLow));
        routes.add(new MetricsResource(
                authenticator,
                settings.metricsToken(),
                settings.dataDir(),
                disk::isLow,
                active::isActive,
                new ServerFigures(database.jdbi())));
        routes.add(new DownloadsResource(
                settings.distribution(), settings.dataDir().resolve("dist"), settings.publicUrl()));
        routes.add(new AuthorityResource(settings.authority()));
        http = new HttpServer(settings.listen(), active::standing, routes, random);
        s3 = new S3Server(
                settings.s3(),
                new ActiveCredentials(accountApi.buckets(), active::isActive),
                objects,
                clock,
                settings.s3Tls(),
                settings.listen().bounds());

        kernel.addListener(runs);
        kernel.addListener(jobApi.files());
        kernel.addListener(serving);
        runs.addListener(serving::workersChanged);
    }

    private Housekeeping housekeeping() {
        BlobSweeper sweeper = new BlobSweeper(
                stores.blobs(),
                stores.index(),
                clock,
                Duration.ofMinutes(10),
                BlobSweeper.ORPHAN_GRACE,
                () -> SweepHold.isHeld(database.jdbi()));
        return new Housekeeping(
                sweeper,
                stores.index(),
                new JdbcSnapshotSweep(database.jdbi(), clock),
                stores.bodies(),
                stores.handover(),
                runs,
                stores.tokens(),
                clock);
    }

    private RunParts runParts(Settings settings) {
        return new RunParts(
                kernel,
                stores.runs(),
                stores.journal(),
                stores.blobs(),
                stores.index(),
                new Spool(settings.dataDir().resolve("spool/rounds"), random),
                FederationConfig.of(settings.serverId()),
                clock,
                System::nanoTime,
                ModelArithmetic.on(arithmetic, cores, random),
                arithmetic,
                background);
    }

    /// Something about a job was written to its journal.
    private void written(JobId job) {
        jobSignals.raise(job);
        jobChanges.raise(job);
    }

    private JobApi.Parts jobParts(
            Settings settings, Authenticator authenticator, StackRequests stacks, ActiveEpoch epoch) {
        return new JobApi.Parts(
                authenticator,
                kernel,
                stores.kernel(),
                stores.runs(),
                runs,
                stores.journal(),
                stores.blobs(),
                stores.index(),
                disk,
                stores.submissions(),
                stores.figures(),
                jobSignals,
                jobChanges,
                stacks::ask,
                epoch,
                new AuditLog(database.jdbi(), clock, new ClientAddress(settings.behindTlsProxy())),
                this::email,
                settings.publicUrl(),
                clock,
                random);
    }

    private WorkerApi.Parts workerParts(
            WorkerAuth auth,
            WorkerSignals signals,
            StackRequests stacks,
            TelemetryHistory telemetry,
            ActiveEpoch epoch) {
        return new WorkerApi.Parts(
                auth,
                kernel,
                runs,
                stores.journal(),
                stores.blobs(),
                stores.index(),
                stores.tokens(),
                stores.submissions(),
                signals,
                stacks,
                telemetry,
                stores.bodies(),
                stores.handover(),
                background,
                epoch,
                id -> stores.accounts()
                        .find(new UserId(id))
                        .map(JdbcAccounts.Account::email)
                        .orElse(""),
                owner -> stores.accounts()
                        .find(owner)
                        .filter(account -> !account.disabled())
                        .isPresent(),
                clock,
                random);
    }

    private String email(UserId user) {
        return stores.accounts().find(user).map(JdbcAccounts.Account::email).orElse(user.value());
    }

    private static void diskChanged(boolean isLow, long freeBytes, long reserveBytes) {
        if (isLow) {
            LOG.warn(
                    "[disk] {} MB are free, less than the reserve of {} MB: new jobs and uploads are refused, running jobs go on; free disk",
                    freeBytes >> 20,
                    reserveBytes >> 20);
        } else {
            LOG.info("[disk] {} MB are free again: new jobs and uploads are taken", freeBytes >> 20);
        }
    }

    private boolean databaseAnswers() {
        try {
            return database.jdbi()
                    .withHandle(handle -> handle.createQuery("select true")
                            .mapTo(Boolean.class)
                            .one());
        } catch (JdbiException e) {
            return false;
        }
    }

    /// Opens the stores, listens, and tries to become the active server.
    public void start() throws IOException {
        stores.blobs().start();
        http.start();
        s3.start();
        active.start();
        // Also while nobody asks: the log is to say when it began.
        background.execute(this::watchDisk);
    }

    private void watchDisk() {
        try {
            while (!diskLook.await(DISK_LOOK.toSeconds(), TimeUnit.SECONDS)) {
                boolean _ = disk.isLow();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits until this server serves, or knows that another one does; returns whether it is this one.
    public boolean awaitRole() throws InterruptedException {
        return active.awaitRole();
    }

    /// Waits until this server serves; returns false if it does not within the time: it is a standby.
    public boolean awaitActive(Duration time) throws InterruptedException {
        return active.awaitActive(time);
    }

    /// Returns every route of the API, such as `GET /api/v1/jobs/{id}`.
    public List<String> endpoints() {
        return http.endpoints();
    }

    /// Stops in the opposite order. Running jobs go on after the next start.
    @Override
    public void close() {
        diskLook.countDown();
        active.close();
        s3.close();
        http.close();
        background.shutdownNow();
        arithmetic.shutdownNow();
        database.close();
    }
}
