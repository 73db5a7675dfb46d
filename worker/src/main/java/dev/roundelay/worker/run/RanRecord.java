package dev.roundelay.worker.run;

import dev.roundelay.contract.worker.AssignmentPlan;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/// The lines of one attempt in the owner's record.
final class RanRecord {
    private final RanLog log;
    private final AssignmentPlan plan;
    private final InstantSource clock;

    RanRecord(RanLog log, AssignmentPlan plan, InstantSource clock) {
        this.log = log;
        this.plan = plan;
        this.clock = clock;
    }

    void started() {
        append("started", 0, "running");
    }

    void ended(long bytesOut, String state) {
        append("ended", bytesOut, state);
    }

    private void append(String event, long bytesOut, String end) {
        log.append(new RanLog.Run(
                clock.instant(),
                event,
                plan.jobId(),
                plan.jobName(),
                plan.site(),
                plan.attempt(),
                plan.submitter(),
                code(),
                sha256(String.join("\n", plan.requirements())),
                data(),
                plan.inputs().stream()
                        .mapToLong(AssignmentPlan.Input::sizeBytes)
                        .sum(),
                bytesOut,
                end));
    }

    private List<String> data() {
        if (plan.dataset() != null) {
            return List.of("dataset " + plan.dataset());
        }
        return plan.inputs().stream()
                .filter(input -> input.kind().equals("shard"))
                .map(AssignmentPlan.Input::path)
                .toList();
    }

    /// Returns a hash of the scripts' names and hashes, in the order of their names.
    private String code() {
        StringBuilder text = new StringBuilder();
        plan.inputs().stream()
                .filter(input -> input.kind().equals("script"))
                .sorted(Comparator.comparing(AssignmentPlan.Input::path))
                .forEach(input -> text.append(input.sha256())
                        .append("  ")
                        .append(input.path())
                        .append('\n'));
        return sha256(text.toString());
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
