package dev.roundelay.kernel.journal;

/// How much of what a job's sites report is kept. What is beyond is dropped with a warning, and never fails a job. The
/// agents cut long logs already; this holds where an agent does not.
///
/// @param metricNames  names of metrics of a job
/// @param metricPoints points of a job, replaced ones included
/// @param logCharacters     of the lines of a job, all sites and attempts together
public record JournalLimits(int metricNames, long metricPoints, long logCharacters) {
    /// The limits of production.
    public static final JournalLimits DEFAULT = new JournalLimits(1_000, 1_000_000, 4L << 30);

    /// Returns what the owner reads when metrics are dropped.
    public String tooManyMetrics() {
        return "[metric] more than %d names or %d points: the rest was dropped; log fewer of them"
                .formatted(metricNames, metricPoints);
    }

    /// Returns what the owner reads when lines are dropped.
    public String logFull() {
        return "[log] the lines of this job are more than %d characters: the rest was dropped; print less"
                .formatted(logCharacters);
    }
}
