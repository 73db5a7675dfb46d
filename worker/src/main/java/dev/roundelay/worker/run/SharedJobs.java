package dev.roundelay.worker.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// The jobs that this agent has attempts of, by id. A job's files go with its last attempt. Thread-safe.
public final class SharedJobs {
    private final Map<String, Entry> open = new HashMap<>();
    private final Path folder;

    /// Keeps them below an own folder, which is empty at start.
    public SharedJobs(Path folder) {
        this.folder = folder;
    }

    private static final class Entry {
        private final SharedJob job;
        private final Path folder;
        private int users;

        Entry(SharedJob job, Path folder) {
            this.job = job;
            this.folder = folder;
        }
    }

    /// Returns the job's shared files for one more attempt; [#leave] gives them back.
    synchronized SharedJob enter(String jobId) throws IOException {
        Entry entry = open.get(jobId);
        if (entry == null) {
            Files.createDirectories(folder);
            Path own = Files.createTempDirectory(folder, "job-");
            entry = new Entry(new SharedJob(own), own);
            open.put(jobId, entry);
        }
        entry.users++;
        return entry.job;
    }

    /// Gives the job's files back; those of the last attempt are removed.
    void leave(String jobId) {
        Path unused;
        synchronized (this) {
            Entry entry = open.get(jobId);
            if (entry == null || --entry.users > 0) {
                return;
            }
            open.remove(jobId);
            unused = entry.folder;
        }
        Trees.remove(unused);
    }
}
