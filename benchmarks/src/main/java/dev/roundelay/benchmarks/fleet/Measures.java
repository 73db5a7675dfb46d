package dev.roundelay.benchmarks.fleet;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// What all workers of the fleet measure. Thread-safe.
final class Measures {
    /// Why a sync was answered when it was.
    enum Reply {
        /// Its wait had run out: the delay is what it took beyond.
        WAITED,
        /// The first after a start or a failure, which is not parked: the delay is all it took.
        AT_ONCE,
        /// News, of which nobody here knows the instant: the delay is what it took beyond its wait, mostly nothing.
        NEWS
    }

    private final Map<Reply, Delays> replies = new EnumMap<>(Reply.class);
    private final Delays updates = new Delays();
    private final Delays timers = new Delays();
    private final Map<String, LongAdder> lost = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    Measures() {
        for (Reply reply : Reply.values()) {
            replies.put(reply, new Delays());
        }
    }

    /// Begins anew.
    void clear() {
        replies.values().forEach(Delays::clear);
        updates.clear();
        timers.clear();
        lost.clear();
        errors.clear();
        counts.clear();
    }

    void replied(Reply why, long nanos) {
        of(why).add(nanos);
    }

    /// An update was answered so long after its first byte was sent.
    void updated(long nanos) {
        updates.add(nanos);
    }

    /// A timer of this JVM rang so late: what machine and fleet add to every delay.
    void late(long nanos) {
        timers.add(nanos);
    }

    /// An assignment was taken away that the worker had not given up.
    void lost(String how) {
        lost.computeIfAbsent(how, _ -> new LongAdder()).increment();
    }

    void failed(String what) {
        errors.computeIfAbsent(what, _ -> new LongAdder()).increment();
    }

    void counted(String what) {
        counts.computeIfAbsent(what, _ -> new LongAdder()).increment();
    }

    /// The figures since the last [#clear].
    ///
    /// @param answered replies that were due at a known instant: [Reply#WAITED] and [Reply#AT_ONCE] together
    record Figures(
            Delays.Spread answered,
            Delays.Spread waited,
            Delays.Spread atOnce,
            Delays.Spread news,
            Delays.Spread updates,
            Delays.Spread timers,
            Map<String, Long> lost,
            Map<String, Long> errors,
            Map<String, Long> counts) {}

    Figures figures() {
        return new Figures(
                Delays.of(of(Reply.WAITED), of(Reply.AT_ONCE)),
                Delays.of(of(Reply.WAITED)),
                Delays.of(of(Reply.AT_ONCE)),
                Delays.of(of(Reply.NEWS)),
                Delays.of(updates),
                Delays.of(timers),
                sums(lost),
                sums(errors),
                sums(counts));
    }

    private Delays of(Reply why) {
        Delays found = replies.get(why);
        if (found == null) {
            throw new IllegalStateException("no delays of " + why);
        }
        return found;
    }

    private static Map<String, Long> sums(Map<String, LongAdder> adders) {
        Map<String, Long> sums = new TreeMap<>();
        adders.forEach((what, adder) -> sums.put(what, adder.sum()));
        return sums;
    }
}
