package dev.roundelay.server.jobs;

import dev.roundelay.contract.files.Deleted;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.KernelListener;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.storage.SnapshotId;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A job's files beyond its life: shards are let go when it ends, everything when it is deleted.
public final class JobFiles implements KernelListener {
    private static final Logger LOG = LoggerFactory.getLogger(JobFiles.class);

    private final Kernel kernel;
    private final BucketIndex index;
    private final JobAccess access;

    public JobFiles(Kernel kernel, BucketIndex index, JobAccess access) {
        this.kernel = kernel;
        this.index = index;
        this.access = access;
    }

    /// Deletes everything below `jobs/<slug>/`.
    Deleted deleteOutputs(Job job) {
        return index.findBucketOf(new OwnerId(job.ownerId().value()))
                .map(Bucket::name)
                .map(bucket -> index.deletePrefix(bucket, "jobs/" + job.slug() + "/"))
                .map(deleted -> new Deleted(deleted.objects(), deleted.bytes()))
                .orElse(new Deleted(0, 0));
    }

    /// Lets go of all that a deleted job kept.
    void release(JobId id) {
        index.release(SubmitJob.snapshot(id));
        index.release(new SnapshotId(id.value() + "/models"));
    }

    /// Lets go of shards and warm start when a job has ended; code and requirements stay for its page.
    @Override
    public void jobChanged(JobId id) {
        if (kernel.view().job(id).isPresent()) {
            return;
        }
        Optional<Job> ended = access.find(id.value());
        if (ended.isEmpty() || ended.get().isLive()) {
            return;
        }
        try {
            SnapshotId snapshot = SubmitJob.snapshot(id);
            List<SnapshotEntry> entries = index.entries(snapshot);
            JobInputs inputs = JobInputs.of(StoredSpec.read(ended.get().spec()), entries);
            List<ObjectKey> names = inputs.passing().map(SnapshotEntry::key).toList();
            if (!names.isEmpty()) {
                index.release(snapshot, names);
            }
        } catch (RuntimeException e) {
            LOG.warn("the shards of the ended job {} are kept until the next start: {}", id, e.getMessage());
        }
    }
}
