package dev.roundelay.contract.job;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A job as the API shows it.
///
/// @param phase         lower_snake_case: queued, preparing, training, recovering, finalizing, stopping; null once
/// ended
/// @param phaseDetail   the same in words, for people
/// @param queuePosition from 1 while queued
/// @param round         committed rounds
/// @param owner         e-mail of who submitted it; an id once that user is removed
/// @param note          of its owner, empty for none
/// @param metrics       latest global value of each metric
public record JobView(
        String id,
        String name,
        String slug,
        JobState state,
        @Nullable String phase,
        @Nullable String phaseDetail,
        @Nullable Integer queuePosition,
        int round,
        int rounds,
        int shards,
        String owner,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        String dashboardUrl,
        boolean cancelRequested,
        @Nullable String parentId,
        String note,
        List<String> tags,
        List<JobWarning> warnings,
        Map<String, Double> metrics,
        JobSpec spec,
        @Nullable JobFailure failure) {
    public JobView {
        owner = owner == null ? "" : owner;
        note = note == null ? "" : note;
        tags = tags == null ? List.of() : List.copyOf(tags);
        warnings = List.copyOf(warnings);
    }
}
