package dev.roundelay.federation.run;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.FederationConfig;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.round.Round;
import dev.roundelay.federation.round.WaitClock;
import dev.roundelay.federation.run.Situation.Times;
import dev.roundelay.kernel.job.Failure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What a run remembers beside its persisted state, and may forget: clocks, files that it trusts, sites that sit out.
/// Thread-safe.
final class RunMemory {
    private static final int TRAININGS = 3;

    private final FederationConfig config;
    private final InstantSource wall;
    private final LongSupplier nanos;

    private final SortedMap<Integer, Failure> sittingOut = new TreeMap<>();
    private final Set<String> trusted = new HashSet<>();
    private WaitClock waiting;
    private int round = -1;
    private long openedNanos;
    private @Nullable Long validatingNanos;
    private @Nullable Long finishingNanos;
    private double longestTrainingSeconds;

    RunMemory(FederationConfig config, InstantSource wall, LongSupplier nanos) {
        this.config = config;
        this.wall = wall;
        this.nanos = nanos;
        this.waiting = WaitClock.zero(nanos.getAsLong());
    }

    /// Notes which round is the current one; a new one starts with nothing remembered of the former.
    synchronized void follow(@Nullable Round current) {
        int number = current == null ? -1 : current.number();
        if (number == round) {
            return;
        }
        round = number;
        sittingOut.clear();
        trusted.clear();
        waiting = WaitClock.zero(nanos.getAsLong());
        if (current != null) {
            // Wall time only for the first count: this server may not have seen the round open.
            Duration open = Duration.between(current.openedAt(), wall.instant());
            openedNanos = nanos.getAsLong() - Math.max(0, open.toNanos());
        }
    }

    synchronized void look(boolean waitClockRuns) {
        waiting = waiting.look(nanos.getAsLong(), waitClockRuns);
    }

    synchronized void sitOut(int shard, Failure why) {
        if (round >= 0) {
            sittingOut.put(shard, why);
        }
    }

    synchronized void trust(Contribution contribution) {
        trusted.add(contribution.file());
    }

    synchronized void trained(double seconds) {
        longestTrainingSeconds = Math.max(longestTrainingSeconds, seconds);
    }

    synchronized void validationBegins() {
        if (validatingNanos == null) {
            validatingNanos = nanos.getAsLong();
        }
    }

    synchronized void finishBegins() {
        if (finishingNanos == null) {
            finishingNanos = nanos.getAsLong();
        }
    }

    synchronized SortedMap<Integer, Failure> sittingOut() {
        return new TreeMap<>(sittingOut);
    }

    synchronized Set<String> trusted() {
        return Set.copyOf(trusted);
    }

    synchronized Times times(RunSpec spec) {
        return new Times(
                waiting.look(nanos.getAsLong(), waiting.running()).elapsed(),
                round < 0 ? Duration.ZERO : Duration.ofNanos(nanos.getAsLong() - openedNanos),
                since(validatingNanos),
                validationBound(spec),
                since(finishingNanos),
                config.finishBound());
    }

    private Duration validationBound(RunSpec spec) {
        if (spec.roundTimeout() != null) {
            return spec.roundTimeout();
        }
        return config.validationGrace().plusMillis((long) (TRAININGS * 1_000 * longestTrainingSeconds));
    }

    private Duration since(@Nullable Long start) {
        return start == null ? Duration.ZERO : Duration.ofNanos(nanos.getAsLong() - start);
    }
}
