package dev.roundelay.server.jobs;

import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.KernelException;
import dev.roundelay.kernel.KernelListener;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.UserId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Tells whoever looks at a list of jobs that it is worth reading again. Nothing is said of what has changed, and
/// nothing
/// is kept for those who do not look. Thread-safe.
public final class JobChanges implements KernelListener {
    private final Function<JobId, Optional<UserId>> owner;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();

    /// @param owner empty for a job whose owner is not known any more: its change concerns everybody who looks
    JobChanges(Function<JobId, Optional<UserId>> owner) {
        this.owner = owner;
    }

    /// Makes one over the live jobs of a kernel, whose listener it becomes.
    public static JobChanges of(Kernel kernel) {
        JobChanges changes = new JobChanges(id -> {
            try {
                return kernel.view().job(id).map(Job::ownerId);
            } catch (KernelException e) {
                return Optional.empty();
            }
        });
        kernel.addListener(changes);
        return changes;
    }

    @Override
    public void jobChanged(JobId id) {
        raise(id);
    }

    /// Says that something about a job is new.
    public void raise(JobId id) {
        if (watches.isEmpty()) {
            return;
        }
        Optional<UserId> whose = owner.apply(id);
        watches.stream().filter(watch -> watch.concerns(whose)).forEach(Watch::wake);
    }

    /// Begins to watch.
    ///
    /// @param user whose jobs; empty for everybody's
    Watch watch(Optional<UserId> user) {
        Watch watch = new Watch(user);
        watches.add(watch);
        return watch;
    }

    /// What one reader waits with. For one thread.
    final class Watch implements AutoCloseable {
        private final Optional<UserId> user;
        private final Semaphore news = new Semaphore(0);

        private Watch(Optional<UserId> user) {
            this.user = user;
        }

        /// Waits for a change since the last call; returns whether there was one within the time.
        boolean await(Duration time) throws InterruptedException {
            if (!news.tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS)) {
                return false;
            }
            news.drainPermits();
            return true;
        }

        private boolean concerns(Optional<UserId> whose) {
            return user.isEmpty() || whose.isEmpty() || whose.equals(user);
        }

        private void wake() {
            // One is enough, however many come before the reader looks.
            if (news.availablePermits() == 0) {
                news.release();
            }
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }
}
