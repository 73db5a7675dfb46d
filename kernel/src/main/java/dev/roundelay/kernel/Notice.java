package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.Set;

/// What the listeners are told of a commit.
sealed interface Notice {
    void tell(KernelListener listener);

    record JobChanged(JobId id) implements Notice {
        @Override
        public void tell(KernelListener listener) {
            listener.jobChanged(id);
        }
    }

    record WorkersChanged(Set<WorkerId> ids) implements Notice {
        @Override
        public void tell(KernelListener listener) {
            listener.workersChanged(ids);
        }
    }

    record SiteFailed(JobId id, Assignment failed, Failure failure) implements Notice {
        @Override
        public void tell(KernelListener listener) {
            listener.siteFailed(id, failed, failure);
        }
    }

    record SiteDropped(JobId id, int shard, Failure why) implements Notice {
        @Override
        public void tell(KernelListener listener) {
            listener.siteDropped(id, shard, why);
        }
    }

    record Deposed(Epoch epoch) implements Notice {
        @Override
        public void tell(KernelListener listener) {
            listener.deposed(epoch);
        }
    }
}
