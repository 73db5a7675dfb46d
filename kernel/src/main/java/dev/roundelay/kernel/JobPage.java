package dev.roundelay.kernel;

import dev.roundelay.kernel.job.Job;
import java.util.List;

/// A page of jobs and how many there are in all.
public record JobPage(List<Job> items, long total) {
    public JobPage {
        items = List.copyOf(items);
    }
}
