package dev.roundelay.kernel;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// How long something has been so, on the monotonic clock; wall time serves only to find the age of what began before
/// this server was active. For one thread at a time: the one that does due work.
final class Ages {
    private final Map<Object, Begin> begins = new HashMap<>();
    private final Set<Object> asked = new HashSet<>();

    private record Begin(Instant since, long nanos) {}

    void clear() {
        begins.clear();
        asked.clear();
    }

    /// Returns the age of what began at this instant of wall time; another instant for the same key begins anew.
    Duration of(Object key, Instant since, Instant wall, long nanos) {
        asked.add(key);
        Begin begin = begins.get(key);
        if (begin == null || !begin.since().equals(since)) {
            Duration before = Duration.between(since, wall);
            begin = new Begin(since, nanos - (before.isNegative() ? 0 : before.toNanos()));
            begins.put(key, begin);
        }
        return Duration.ofNanos(nanos - begin.nanos());
    }

    /// Returns how long this has been asked for without a break.
    Duration of(Object key, long nanos) {
        asked.add(key);
        Begin begin = begins.computeIfAbsent(key, any -> new Begin(Instant.EPOCH, nanos));
        return Duration.ofNanos(nanos - begin.nanos());
    }

    /// Forgets what was not asked for since the last call.
    void sweep() {
        begins.keySet().retainAll(asked);
        asked.clear();
    }
}
