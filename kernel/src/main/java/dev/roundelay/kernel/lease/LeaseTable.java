package dev.roundelay.kernel.lease;

import dev.roundelay.kernel.assignment.AssignmentId;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Until when each assignment is leased, in nanoseconds of the active server's monotonic clock. Safe for use by many
/// threads; renewing takes no lock.
///
/// Nothing expires before the end of the grace, which begins anew whenever this server was not able to receive or
/// commit renewals: after its start, an outage of the store, or a pause of the process.
public final class LeaseTable {
    private final long leaseNanos;
    private final long graceNanos;
    private final long pauseNanos;
    private final Map<AssignmentId, Long> deadlines = new ConcurrentHashMap<>();
    private volatile long graceUntil;
    private volatile long lastPulse;

    /// Creates an empty table.
    ///
    /// @param lease how long a lease lasts without a renewal
    /// @param grace what every lease gets after a time without renewals
    /// @param pause no pulse for so long is a pause of the process
    public LeaseTable(Duration lease, Duration grace, Duration pause) {
        this.leaseNanos = lease.toNanos();
        this.graceNanos = grace.toNanos();
        this.pauseNanos = pause.toNanos();
    }

    /// Forgets everything and leases these, with a grace from now on.
    public void restart(Collection<AssignmentId> live, long now) {
        deadlines.clear();
        live.forEach(id -> deadlines.put(id, now + leaseNanos));
        lastPulse = now;
        graceUntil = now + graceNanos;
    }

    /// Keeps exactly these, the new ones leased from now on.
    public void keep(Set<AssignmentId> live, long now) {
        deadlines.keySet().retainAll(live);
        live.forEach(id -> deadlines.putIfAbsent(id, now + leaseNanos));
    }

    /// Leases one that is new.
    public void grant(AssignmentId id, long now) {
        deadlines.putIfAbsent(id, now + leaseNanos);
    }

    /// Renews one; does nothing if it is not leased.
    public void renew(AssignmentId id, long now) {
        deadlines.computeIfPresent(id, (key, deadline) -> later(deadline, now + leaseNanos));
    }

    /// Ends the lease of one.
    public void release(AssignmentId id) {
        deadlines.remove(id);
    }

    /// Says that due work is being done; a gap since the last time starts the grace anew.
    public void pulse(long now) {
        if (now - lastPulse >= pauseNanos) {
            outage(now);
        }
        lastPulse = now;
    }

    /// Says that renewals could not be committed: the grace starts anew.
    public void outage(long now) {
        graceUntil = now + graceNanos;
    }

    /// Returns whether the grace is over, so that silence means something.
    public boolean canExpire(long now) {
        return now - graceUntil >= 0;
    }

    /// Returns whether the lease has run out.
    public boolean isExpired(AssignmentId id, long now) {
        Long deadline = deadlines.get(id);
        return deadline != null && canExpire(now) && now - deadline >= 0;
    }

    /// Returns the nanoseconds until the lease runs out if it is not renewed, 0 or less if it is about to; empty if
    /// it is not leased.
    public OptionalLong remaining(AssignmentId id, long now) {
        Optional<Long> deadline = Optional.ofNullable(deadlines.get(id));
        return deadline.isEmpty() ? OptionalLong.empty() : OptionalLong.of(later(deadline.get(), graceUntil) - now);
    }

    private static long later(long a, long b) {
        return a - b >= 0 ? a : b;
    }
}
