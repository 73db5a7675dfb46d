package dev.roundelay.server.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.kernel.job.Job;
import java.io.UncheckedIOException;

/// Reads the specification that a job row keeps as JSON.
public final class StoredSpec {
    private StoredSpec() {}

    /// Returns the number of a job's shards. The kernel knows of those that it hands out: in a simulation, slots that
    /// have several each.
    public static int sites(Job job, JobSpec spec) {
        JobSpec.Simulation simulation = spec.federation().simulation();
        Integer sites = simulation == null ? null : simulation.sites();
        return sites == null ? job.shards() : sites;
    }

    /// Returns the specification. A newer server's fields are passed over, so that a job outlives a downgrade.
    public static JobSpec read(String json) {
        try {
            return Json.lenient().readValue(json, JobSpec.class);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("[job] its stored specification cannot be read; see the log", e);
        }
    }
}
