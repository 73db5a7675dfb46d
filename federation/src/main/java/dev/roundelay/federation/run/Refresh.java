package dev.roundelay.federation.run;

import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.output.OutputKeys;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.storage.NewObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shows log and metrics of a running job in its bucket, in the background and not too often. Nothing depends on it:
/// the last ones are written by the end of the job.
final class Refresh {
    private static final Logger log = LoggerFactory.getLogger(Refresh.class);

    private final JobId id;
    private final Epoch epoch;
    private final RunParts parts;
    private final Outputs outputs;
    private final AtomicBoolean running = new AtomicBoolean();
    private long dueNanos;

    Refresh(JobId id, Epoch epoch, RunParts parts, Outputs outputs) {
        this.id = id;
        this.epoch = epoch;
        this.parts = parts;
        this.outputs = outputs;
        this.dueNanos = parts.nanos().getAsLong();
    }

    /// Starts one, unless it is too early or one is at work. Called by the run's loop alone.
    void request(Job job) {
        long now = parts.nanos().getAsLong();
        if (now - dueNanos < 0 || !running.compareAndSet(false, true)) {
            return;
        }
        dueNanos = now + parts.config().refreshInterval().toNanos();
        try {
            var _ = parts.background().submit(() -> run(job));
        } catch (RejectedExecutionException e) {
            running.set(false);
        }
    }

    private void run(Job job) {
        try {
            write(job);
        } catch (IOException | RuntimeException e) {
            log.warn("[{}] log and metrics could not be refreshed in the bucket", id, e);
        } finally {
            running.set(false);
        }
    }

    private void write(Job job) throws IOException {
        OutputKeys keys = Outputs.keys(job);
        List<RoundRecord> history = parts.store().rounds(id);
        var objects = new ArrayList<NewObject>();
        objects.add(outputs.log(keys, List.of()));
        objects.add(outputs.metrics(keys, history));
        objects.add(outputs.metricsBySite(keys, history));
        var _ = parts.store().publish(epoch, id, outputs.bucket(job), objects);
    }
}
