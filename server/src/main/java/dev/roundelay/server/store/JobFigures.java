package dev.roundelay.server.store;

import dev.roundelay.kernel.job.JobId;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;

/// Small figures that a job is shown with.
public final class JobFigures {
    private final Jdbi jdbi;

    public JobFigures(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /// Returns how many rounds of a job are committed.
    public int committedRounds(JobId job) {
        return jdbi.withHandle(
                handle -> handle.createQuery("select count(*) from round where job_id = ? and state = 'committed'")
                        .bind(0, job.value())
                        .mapTo(Integer.class)
                        .one());
    }

    /// Returns the latest global value of each metric of a job, by name.
    public Map<String, Double> latestMetrics(JobId job) {
        Map<String, Double> latest = new TreeMap<>();
        jdbi.useHandle(handle -> handle.createQuery("""
                        select distinct on (name) name, value from job_metric
                        where job_id = ? and site is null order by name, round desc nulls last, seq desc
                        """)
                .bind(0, job.value())
                .map((row, _) -> Map.entry(row.getString("name"), row.getDouble("value")))
                .forEach(entry -> latest.put(entry.getKey(), entry.getValue())));
        return latest;
    }
}
