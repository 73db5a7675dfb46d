package dev.roundelay.cli;

import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.LogLine;
import dev.roundelay.contract.job.Preflight;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How things look to people.
final class Texts {
    private Texts() {}

    static String time(@Nullable Instant time) {
        return time == null ? "-" : time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    static String bytes(long count) {
        double amount = count;
        for (String unit : new String[] {"B", "kB", "MB"}) {
            if (amount < 1000) {
                return unit.equals("B") ? count + " B" : String.format(Locale.ROOT, "%.1f %s", amount, unit);
            }
            amount /= 1000;
        }
        return String.format(Locale.ROOT, "%.1f GB", amount);
    }

    /// Returns state, phase, rounds and metrics in one line.
    static String progress(JobView job) {
        StringBuilder text = new StringBuilder(String.valueOf(job.state()));
        if (job.phase() != null) {
            text.append(' ').append(job.phase());
        }
        text.append(", round ").append(job.round()).append(" of ").append(job.rounds());
        if (job.state() == JobState.PENDING && job.phaseDetail() != null) {
            text.append(", ").append(job.phaseDetail());
        }
        if (!job.metrics().isEmpty()) {
            text.append(", ").append(metrics(job));
        }
        return text.toString();
    }

    static String metrics(JobView job) {
        return new TreeMap<>(job.metrics())
                .entrySet().stream()
                        .map(entry -> entry.getKey() + " " + String.format(Locale.ROOT, "%.4g", entry.getValue()))
                        .collect(Collectors.joining(", "));
    }

    /// Returns what a submit would meet, a line for each finding and one for what to do about it.
    static String preflight(Preflight answer) {
        List<String> lines = new ArrayList<>();
        answer.problems().forEach(finding -> finding(lines, "problem", finding));
        answer.warnings().forEach(finding -> finding(lines, "warning", finding));
        lines.add(
                answer.ok()
                        ? "a submit would be accepted: " + answer.shards() + " sites"
                        : "a submit would be refused; nothing was sent");
        return String.join("\n", lines);
    }

    private static void finding(List<String> lines, String kind, Preflight.Finding finding) {
        lines.add(kind + ": " + finding.message() + " (" + finding.code() + ")");
        if (!finding.hint().isEmpty()) {
            lines.add("  what to do: " + finding.hint());
        }
    }

    static String logLine(LogLine line) {
        String site = line.site() == null ? "server" : line.site();
        String round = line.round() == null ? "" : " round " + (line.round() + 1);
        return time(line.time()) + " " + site + " " + line.level() + round + " " + line.message();
    }
}
