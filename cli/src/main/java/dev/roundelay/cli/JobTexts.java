package dev.roundelay.cli;

import dev.roundelay.contract.job.JobFailure;
import dev.roundelay.contract.job.JobView;
import java.util.ArrayList;
import java.util.List;

/// A job in several lines.
final class JobTexts {
    private JobTexts() {}

    static String whole(JobView job) {
        List<String> lines = new ArrayList<>();
        lines.add(job.id() + "  " + job.name());
        lines.add("  state      " + Texts.progress(job));
        lines.add("  created    " + Texts.time(job.createdAt()));
        lines.add("  started    " + Texts.time(job.startedAt()));
        lines.add("  ended      " + Texts.time(job.endedAt()));
        lines.add("  shards     " + job.shards());
        lines.add("  outputs    jobs/" + job.slug() + "/");
        lines.add("  dashboard  " + job.dashboardUrl());
        if (!job.tags().isEmpty()) {
            lines.add("  tags       " + String.join(", ", job.tags()));
        }
        job.note().lines().forEach(line -> lines.add("  note       " + line));
        job.warnings()
                .forEach(warning -> lines.add("  warning    " + warning.message() + " (" + warning.count() + "x)"));
        if (job.failure() != null) {
            lines.addAll(failure(job.failure()));
        }
        return String.join("\n", lines);
    }

    /// Returns how an ended job ended.
    static List<String> end(JobView job) {
        if (job.failure() != null) {
            return failure(job.failure());
        }
        return List.of("outputs: jobs/" + job.slug() + "/files_out/ and jobs/" + job.slug()
                + "/model_out/; fetch them with: roundelay files get jobs/" + job.slug() + "/model_out/ .");
    }

    private static List<String> failure(JobFailure failure) {
        List<String> lines = new ArrayList<>();
        String where = failure.site() == null ? "" : " at " + failure.site();
        lines.add("failed" + where + " (" + failure.reason() + "): " + failure.message());
        lines.add("  what to do: " + failure.remedy());
        failure.logTail().forEach(line -> lines.add("  | " + Texts.logLine(line)));
        return lines;
    }
}
