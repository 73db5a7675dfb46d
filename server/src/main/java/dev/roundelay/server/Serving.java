package dev.roundelay.server;

import dev.roundelay.federation.JobRuns;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.KernelListener;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.server.account.Bootstrap;
import dev.roundelay.server.active.ActivationListener;
import dev.roundelay.server.active.ActiveEpoch;
import dev.roundelay.server.jobs.JobSignals;
import dev.roundelay.server.workerapi.WorkerSignals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;

/// What happens when this server becomes the active one and when it ceases to be: the first start's account, then the
/// kernel's state, then the runs.
final class Serving implements ActivationListener, KernelListener {
    private final Settings settings;
    private final Stores stores;
    private final Kernel kernel;
    private final JobRuns runs;
    private final Bootstrap bootstrap;
    private final ActiveEpoch epoch;
    private final WorkerSignals workers;
    private final JobSignals jobs;
    private final KernelTicker ticker;

    Serving(
            Settings settings,
            Stores stores,
            Kernel kernel,
            JobRuns runs,
            Bootstrap bootstrap,
            ActiveEpoch epoch,
            Signals signals) {
        this.settings = settings;
        this.stores = stores;
        this.kernel = kernel;
        this.runs = runs;
        this.bootstrap = bootstrap;
        this.epoch = epoch;
        this.workers = signals.workers();
        this.jobs = signals.jobs();
        this.ticker = signals.ticker();
    }

    /// Who waits for news.
    record Signals(WorkerSignals workers, JobSignals jobs, KernelTicker ticker) {}

    @Override
    public void activated(Epoch held) {
        try {
            epoch.hold(held);
            stores.bodies().start();
            kernel.activate(held);
            runs.activate(held);
            bootstrap.run(
                    settings.dataDir().resolve("credentials.env"),
                    new Bootstrap.Addresses(
                            settings.publicUrl(),
                            settings.s3PublicUrl(),
                            settings.s3().region(),
                            settings.authority().isPresent()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void deactivated() {
        epoch.release();
        runs.deactivate();
        kernel.deactivate();
        workers.raiseAll();
    }

    @Override
    public void jobChanged(JobId id) {
        ticker.wake();
        jobs.raise(id);
    }

    @Override
    public void workersChanged(Set<WorkerId> ids) {
        ids.forEach(workers::raise);
    }
}
