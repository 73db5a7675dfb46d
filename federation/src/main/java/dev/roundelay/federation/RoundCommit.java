package dev.roundelay.federation;

import dev.roundelay.federation.round.Round;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.NewObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything that becomes true when a round is committed, in one transaction.
///
/// @param round        the closed round with its member list; what is stored may be open still
/// @param made         model `round + 1`
/// @param samples      sum over the members
/// @param metrics      sample-weighted means of the members' metrics
/// @param dropped      models that are kept no longer
/// @param bucket       where files appear
/// @param reserveBytes bytes to keep set aside in the quota from now on
/// @param files        objects to publish as far as the quota goes: the members' files, a kept checkpoint
/// @param notes        for the job's journal
/// @param next         the round to open with the same commit; null for none
/// @param isLast       the run ends with this model, whatever its spec says
public record RoundCommit(
        Round round,
        StoredModel made,
        long samples,
        Map<String, Double> metrics,
        List<Integer> dropped,
        BucketName bucket,
        long reserveBytes,
        List<NewObject> files,
        List<Note> notes,
        @Nullable Round next,
        boolean isLast,
        Instant at) {
    public RoundCommit {
        metrics = Map.copyOf(metrics);
        dropped = List.copyOf(dropped);
        files = List.copyOf(files);
        notes = List.copyOf(notes);
    }
}
