package dev.roundelay.kernel.worker;

import dev.roundelay.kernel.job.UserId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A worker as the kernel knows it; what changes with each sync (telemetry, free memory, last seen) is kept apart, in
/// memory. Immutable; its verbs consult [WorkerTransitions].
///
/// @param state            what is true of it now
/// @param drain            it is to take nothing new, also after it was away
/// @param instanceId       of the agent that syncs; null before the first sync
/// @param formerInstances  instance ids that were replaced, newest first, at most 4: their late syncs change nothing
/// @param platformFailures failures of the platform in a row, reset when an assignment gets ready
/// @param quarantine       why it gets no shards; empty if it does. A new instance or `undrain` ends it
/// @param ownerLabels      set on the server, laid over those that it reports
public record Worker(
        WorkerId id,
        String name,
        UserId ownerId,
        boolean shared,
        WorkerState state,
        boolean drain,
        @Nullable String instanceId,
        List<String> formerInstances,
        WorkerOffer offer,
        int pricePerGpuHourCents,
        Map<String, String> ownerLabels,
        int platformFailures,
        Optional<String> quarantine,
        Instant createdAt,
        Instant lastSeenAt) {
    private static final int FORMER_INSTANCES = 4;

    public Worker {
        formerInstances = List.copyOf(formerInstances);
        ownerLabels = Map.copyOf(ownerLabels);
    }

    /// Returns a worker that has joined and not synced yet.
    public static Worker joined(NewWorker n, Instant now) {
        return new Worker(
                n.id(),
                n.name(),
                n.ownerId(),
                false,
                WorkerState.OFFLINE,
                false,
                null,
                List.of(),
                n.offer(),
                0,
                Map.of(),
                0,
                Optional.empty(),
                now,
                now);
    }

    /// Returns the reported labels with the owner's laid over them.
    public Map<String, String> labels() {
        Map<String, String> all = new HashMap<>(offer.labels());
        all.putAll(ownerLabels);
        return Map.copyOf(all);
    }

    /// Returns whether it takes new shards.
    public boolean takesShards() {
        return state == WorkerState.ONLINE && quarantine.isEmpty();
    }

    /// Returns whether the user may use it at all.
    public boolean serves(UserId user) {
        return (ownerId.equals(user) || shared)
                && (offer.allowedUsers().isEmpty() || offer.allowedUsers().contains(user));
    }

    /// Returns it with this agent instance syncing and this offer.
    public Worker seen(String instance, WorkerOffer newOffer, Instant now) {
        boolean anew = !instance.equals(instanceId);
        WorkerState next = state != WorkerState.OFFLINE
                ? state
                : WorkerTransitions.TABLE.next(
                        state, drain ? WorkerEvent.RETURN_TO_DRAIN : WorkerEvent.RETURN, id.value());
        return new Worker(
                id,
                name,
                ownerId,
                shared,
                next,
                drain,
                instance,
                anew ? former() : formerInstances,
                newOffer,
                pricePerGpuHourCents,
                ownerLabels,
                anew ? 0 : platformFailures,
                anew ? Optional.empty() : quarantine,
                createdAt,
                now);
    }

    /// Returns it offline.
    public Worker silent() {
        return with(WorkerTransitions.TABLE.next(state, WorkerEvent.FALL_SILENT, id.value()), drain);
    }

    /// Returns it drained.
    public Worker drained() {
        return with(
                state == WorkerState.ONLINE
                        ? WorkerTransitions.TABLE.next(state, WorkerEvent.DRAIN, id.value())
                        : state,
                true);
    }

    /// Returns it no longer drained, and out of quarantine.
    public Worker undrained() {
        WorkerState next = state == WorkerState.DRAINING
                ? WorkerTransitions.TABLE.next(state, WorkerEvent.UNDRAIN, id.value())
                : state;
        return with(next, false).trusted(0, Optional.empty());
    }

    /// Returns it removed.
    public Worker removed() {
        return with(WorkerTransitions.TABLE.next(state, WorkerEvent.REMOVE, id.value()), drain);
    }

    /// Returns it after an assignment got ready.
    public Worker proven() {
        return platformFailures == 0 ? this : trusted(0, quarantine);
    }

    /// Returns it after a failure of the platform; the limit-th in a row puts it in quarantine.
    public Worker failedOnce(int limit, String why) {
        int failures = platformFailures + 1;
        return trusted(failures, failures >= limit ? Optional.of(why) : quarantine);
    }

    /// Returns it as its owner wants it.
    public Worker patched(WorkerPatch patch) {
        return new Worker(
                id,
                patch.name().orElse(name),
                ownerId,
                patch.shared().orElse(shared),
                state,
                drain,
                instanceId,
                formerInstances,
                offer,
                patch.pricePerGpuHourCents().orElse(pricePerGpuHourCents),
                patch.labels().orElse(ownerLabels),
                platformFailures,
                quarantine,
                createdAt,
                lastSeenAt);
    }

    private List<String> former() {
        if (instanceId == null) {
            return formerInstances;
        }
        List<String> all = new ArrayList<>(formerInstances);
        all.addFirst(instanceId);
        return all.subList(0, Math.min(FORMER_INSTANCES, all.size()));
    }

    private Worker with(WorkerState next, boolean drainToo) {
        return new Worker(
                id,
                name,
                ownerId,
                shared,
                next,
                drainToo,
                instanceId,
                formerInstances,
                offer,
                pricePerGpuHourCents,
                ownerLabels,
                platformFailures,
                quarantine,
                createdAt,
                lastSeenAt);
    }

    private Worker trusted(int failures, Optional<String> why) {
        return new Worker(
                id,
                name,
                ownerId,
                shared,
                state,
                drain,
                instanceId,
                formerInstances,
                offer,
                pricePerGpuHourCents,
                ownerLabels,
                failures,
                why,
                createdAt,
                lastSeenAt);
    }
}
