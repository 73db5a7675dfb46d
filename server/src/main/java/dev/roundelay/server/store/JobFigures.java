package dev.roundelay.server.store;

import dev.roundelay.kernel.job.JobId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;

/// Small figures that jobs are shown with, for a whole page of jobs in two queries.
public final class JobFigures {
    private final Jdbi jdbi;

    public JobFigures(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /// The figures of one job.
    ///
    /// @param committedRounds rounds behind the newest model, those of a job that it goes on from included
    /// @param metrics         latest global value of each metric, by name
    public record Figures(int committedRounds, Map<String, Double> metrics) {
        static final Figures NONE = new Figures(0, Map.of());
    }

    /// Returns the figures of one job.
    public Figures of(JobId job) {
        return of(List.of(job)).getOrDefault(job, Figures.NONE);
    }

    /// Returns how many rounds the newest model of a job has behind it, those of the job that it goes on from
    /// included.
    public int committedRounds(JobId job) {
        return rounds(new String[] {job.value()}).getOrDefault(job.value(), 0);
    }

    /// Returns the figures of several jobs; one without any is absent.
    public Map<JobId, Figures> of(Collection<JobId> jobs) {
        String[] ids = jobs.stream().map(JobId::value).toArray(String[]::new);
        Map<String, Integer> rounds = rounds(ids);
        Map<String, Map<String, Double>> metrics = metrics(ids);
        Map<JobId, Figures> figures = new HashMap<>();
        for (JobId job : jobs) {
            figures.put(
                    job, new Figures(rounds.getOrDefault(job.value(), 0), metrics.getOrDefault(job.value(), Map.of())));
        }
        return figures;
    }

    private Map<String, Integer> rounds(String[] ids) {
        Map<String, Integer> counts = new HashMap<>();
        jdbi.useHandle(handle -> handle.createQuery("""
                        select j.id as job_id, greatest(coalesce(s.origin_model, 0), coalesce(r.done, 0)) as rounds
                        from unnest(:jobs) as j (id)
                        left join job_submission s on s.job_id = j.id
                        left join (
                            select job_id, max(number) + 1 as done from round
                            where job_id = any(:jobs) and state = 'committed' group by job_id) r on r.job_id = j.id
                        """)
                .bind("jobs", ids)
                .map((row, _) -> Map.entry(row.getString("job_id"), row.getInt("rounds")))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue())));
        return counts;
    }

    private record Latest(String job, String name, double value) {}

    /// One index look-up for each metric of each job, whatever the number of its points.
    private Map<String, Map<String, Double>> metrics(String[] ids) {
        Map<String, Map<String, Double>> latest = new HashMap<>();
        jdbi.useHandle(handle -> handle.createQuery("""
                        select n.job_id, n.name, m.value
                        from job_metric_name n cross join lateral (
                            select value from job_metric
                            where job_id = n.job_id and name = n.name and site is null
                            order by round desc nulls last, seq desc limit 1) m
                        where n.job_id = any(:jobs)
                        """)
                .bind("jobs", ids)
                .map((row, _) -> new Latest(row.getString("job_id"), row.getString("name"), row.getDouble("value")))
                .forEach(row ->
                        latest.computeIfAbsent(row.job(), _ -> new TreeMap<>()).put(row.name(), row.value())));
        return latest;
    }
}
