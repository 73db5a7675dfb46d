package dev.roundelay.server;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.KernelException;
import dev.roundelay.server.active.ActivationListener;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets the kernel do its due work while this server is active: at once after an event, and every 200 ms.
final class KernelTicker implements ActivationListener {
    private static final Logger LOG = LoggerFactory.getLogger(KernelTicker.class);
    private static final long TICK_MILLIS = 200;

    private final Kernel kernel;
    private final Semaphore events = new Semaphore(0);
    private volatile @Nullable Thread thread;

    KernelTicker(Kernel kernel) {
        this.kernel = kernel;
    }

    /// Says that something happened.
    void wake() {
        if (events.availablePermits() == 0) {
            events.release();
        }
    }

    @Override
    public void activated(Epoch epoch) {
        Thread fresh = Thread.ofPlatform().name("kernel-ticker").daemon().unstarted(this::run);
        thread = fresh;
        fresh.start();
    }

    @Override
    public void deactivated() {
        Thread former = thread;
        thread = null;
        if (former != null) {
            former.interrupt();
        }
    }

    private void run() {
        while (Thread.currentThread() == thread) {
            try {
                boolean _ = events.tryAcquire(TICK_MILLIS, TimeUnit.MILLISECONDS);
                events.drainPermits();
                kernel.runDueWork();
            } catch (InterruptedException e) {
                return;
            } catch (KernelException e) {
                LOG.debug("no due work now: {}", e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("the kernel's due work failed; it is tried again", e);
            }
        }
    }
}
