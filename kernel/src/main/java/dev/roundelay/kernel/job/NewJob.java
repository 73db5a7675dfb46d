package dev.roundelay.kernel.job;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the server submits, all checks of the specification done.
///
/// @param id                  made with [JobId#create]
/// @param shards              1 to 1,000; with a pinned selection, the number of its workers
/// @param minClients          1 to `shards`
/// @param continueOnSiteError a site whose code fails sits out a round instead of failing the job
/// @param dataset             name that workers offer; empty where the job brings shards
/// @param environmentKey      opaque key of its Python environment, to prefer workers that have it; empty if unknown
/// @param spec                the specification as JSON, opaque
public record NewJob(
        JobId id,
        UserId ownerId,
        String name,
        String slug,
        int shards,
        Selection selection,
        int minClients,
        boolean continueOnSiteError,
        Limits limits,
        int priority,
        @Nullable JobId parentId,
        Optional<String> dataset,
        Optional<String> environmentKey,
        String note,
        List<String> tags,
        String spec) {
    public NewJob {
        tags = List.copyOf(tags);
        if (shards < 1 || shards > 1000) {
            throw new IllegalArgumentException("[" + id + "] has " + shards + " shards; give 1 to 1,000");
        }
        if (minClients < 1 || minClients > shards) {
            throw new IllegalArgumentException("[" + id + "] minClients is " + minClients + "; give 1 to " + shards);
        }
        if (selection instanceof Selection.Pinned(var workers) && workers.size() != shards) {
            throw new IllegalArgumentException("[" + id + "] names " + workers.size() + " workers for " + shards
                    + " shards; name exactly one each");
        }
    }
}
