package dev.roundelay.server.active;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.server.store.Database;
import dev.roundelay.server.store.Schema;
import dev.roundelay.server.store.ServerTerms;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes this server the active one as soon as it may be, and a standby as soon as it must be.
///
/// The active server holds an advisory lock through one connection and renews its term through it. A lost connection
/// is a lost lock: the server becomes a standby at once and tries again. Thread-safe.
public final class ActiveServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ActiveServer.class);

    private static final int SURE_REFUSALS = 3;
    private static final Duration FAILURE_PAUSE = Duration.ofSeconds(1);

    private final Database database;
    private final Schema schema;
    private final ActiveServerConfig config;
    private final LongSupplier nanos;
    private final List<ActivationListener> listeners;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private final Watch watch = new Watch();
    private volatile @Nullable Epoch active;
    private volatile @Nullable Term term;
    private volatile boolean otherSeen;
    private volatile boolean cutOff;
    private volatile long renewedAt;

    /// @param schema    brought up to date under the lock, before the first listener is told
    /// @param nanos     monotonic, such as `System::nanoTime`
    /// @param listeners told of an activation in this order, of its end in the opposite one
    public ActiveServer(
            Database database,
            Schema schema,
            ActiveServerConfig config,
            LongSupplier nanos,
            List<ActivationListener> listeners) {
        this.database = database;
        this.schema = schema;
        this.config = config;
        this.nanos = nanos;
        this.listeners = List.copyOf(listeners);
        this.thread = Thread.ofPlatform().name("active-server").daemon().unstarted(this::run);
    }

    /// Begins to try.
    public void start() {
        thread.start();
    }

    /// Returns whether this server serves: it is the active one, all listeners have started, and it has renewed in
    /// time.
    public boolean isActive() {
        return epoch().isPresent();
    }

    /// Returns the epoch under which this server serves; empty on a standby.
    public Optional<Epoch> epoch() {
        // A process that was stopped and goes on must not answer from its memory until it has found out.
        return isLate() ? Optional.empty() : Optional.ofNullable(active);
    }

    /// Returns whether it serves, and if not, why.
    public Standing standing() {
        if (isActive()) {
            return Standing.SERVES;
        }
        if (closing.getCount() == 0) {
            return Standing.STOPS;
        }
        if (cutOff || isLate()) {
            return Standing.CUT_OFF;
        }
        return otherSeen ? Standing.STANDS_BY : Standing.STARTS;
    }

    /// Whether it has a term, whose renewal is long in coming.
    private boolean isLate() {
        return active != null
                && nanos.getAsLong() - renewedAt >= config.silence().toNanos();
    }

    /// Waits until this server serves, or knows that another one does; returns whether it is this one.
    public boolean awaitRole() throws InterruptedException {
        while (!isActive() && !otherSeen && !closing.await(10, TimeUnit.MILLISECONDS)) {
            // Neither is known yet: the database may be on its way up.
        }
        return isActive();
    }

    /// Waits until this server serves; returns false if it does not within the time, or is closed.
    public boolean awaitActive(Duration time) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        while (!isActive() && System.nanoTime() < deadline) {
            if (closing.await(10, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return isActive();
    }

    /// Ends the term, if this server has it: the listeners stop, then the lock is free for a standby.
    @Override
    public void close() {
        closing.countDown();
        Term last = term;
        if (last != null) {
            last.finish();
        }
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean told = false;
        while (closing.getCount() > 0) {
            try (ServerTerms terms = ServerTerms.open(database, config.answer())) {
                told = false;
                cutOff = false;
                if (campaign(terms)) {
                    serve(terms);
                }
            } catch (SQLException e) {
                cutOff = true;
                if (!told) {
                    log.warn("standby: the database does not answer: {}", e.getMessage());
                    told = true;
                }
                watch.reset();
                pause(config.retry());
            } catch (RuntimeException e) {
                log.error("standby: becoming active failed, trying again", e);
                pause(FAILURE_PAUSE);
            }
        }
    }

    /// Waits for the lock; returns false if we close before.
    private boolean campaign(ServerTerms terms) throws SQLException {
        int refusals = 0;
        while (closing.getCount() > 0) {
            if (terms.tryLock()) {
                return true;
            }
            Optional<ServerTerms.Holder> holder = terms.findHolder();
            if (watch.silence(holder).compareTo(config.silence()) >= 0) {
                int ended = terms.endSessionsOfLockHolder();
                log.warn(
                        "standby: {} has not renewed for {}; {} sessions of it ended", holder, config.silence(), ended);
                watch.reset();
                pause(Duration.ofMillis(50));
                continue;
            }
            refusals++;
            // Right after a crash the lock may still be our own predecessor's, whose sessions are about to end.
            if (refusals == SURE_REFUSALS) {
                log.info("standby: another server is active: {}", holder);
                otherSeen = true;
            }
            pause(config.retry());
        }
        return false;
    }

    private void serve(ServerTerms terms) throws SQLException {
        Optional<ServerTerms.Holder> former = terms.findHolder();
        if (former.isPresent() && !former.get().applicationName().equals(database.applicationName())) {
            // Its lock is gone, but a statement of it may still be under way.
            terms.endSessionsOf(former.get().applicationName());
        }
        // The schema may change only under the lock: an active server of an older release relies on the old one.
        schema.upgrade();
        Epoch epoch = terms.raiseEpoch(database.applicationName());
        log.info("active under {}", epoch);
        otherSeen = false;
        Term own = new Term(epoch);
        term = own;
        try {
            renewedAt = nanos.getAsLong();
            own.begin();
            while (closing.getCount() > 0 && !own.awaitEnd(config.renewal())) {
                long asked = nanos.getAsLong();
                if (!terms.renew(epoch)) {
                    log.warn("{} is over: another server has taken over", epoch);
                    return;
                }
                renewedAt = asked;
            }
        } finally {
            own.end();
            watch.reset();
        }
    }

    private void pause(Duration time) {
        try {
            if (closing.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            closing.countDown();
        }
    }

    /// How long the holder's count has stood still on our clock.
    private final class Watch {
        private ServerTerms.@Nullable Holder seen;
        private long since;

        Duration silence(Optional<ServerTerms.Holder> holder) {
            long now = nanos.getAsLong();
            // A lock without a term is a server in its first moments, or one that stopped in them: it has its time too.
            ServerTerms.Holder present = holder.orElse(new ServerTerms.Holder("", 0));
            if (!present.equals(seen)) {
                seen = present;
                since = now;
            }
            return Duration.ofNanos(now - since);
        }

        void reset() {
            seen = null;
        }
    }

    /// One term of this server. Its listeners start on a thread of their own, so that a long start does not hold up the
    /// renewals.
    private final class Term {
        private final Epoch epoch;
        private final List<ActivationListener> begun = new ArrayList<>();
        private final CountDownLatch over = new CountDownLatch(1);
        private final Thread starter =
                Thread.ofPlatform().name("activation").daemon().unstarted(this::activate);

        Term(Epoch epoch) {
            this.epoch = epoch;
        }

        void begin() {
            starter.start();
        }

        private void activate() {
            try {
                for (ActivationListener listener : listeners) {
                    if (over.getCount() == 0) {
                        return;
                    }
                    begun.addFirst(listener);
                    listener.activated(epoch);
                }
                active = epoch;
            } catch (RuntimeException e) {
                log.error("the start under {} failed; trying again", epoch, e);
                finish();
            }
        }

        /// Waits; returns whether the term is to end.
        boolean awaitEnd(Duration time) {
            try {
                return over.await(time.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return true;
            }
        }

        void finish() {
            over.countDown();
        }

        void end() {
            finish();
            active = null;
            try {
                starter.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            active = null;
            for (ActivationListener listener : begun) {
                try {
                    listener.deactivated();
                } catch (RuntimeException e) {
                    log.error("a part of the server could not stop", e);
                }
            }
        }
    }
}
