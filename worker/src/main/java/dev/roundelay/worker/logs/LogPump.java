package dev.roundelay.worker.logs;

import dev.roundelay.contract.worker.Events;
import dev.roundelay.worker.client.RefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The events of one attempt: numbered from 1, sent in order, spilled to disk while the server is away.
///
/// Adding never waits for the network. Thread-safe. The spill is written under the lock: the order of the file is the
/// order
/// of the numbers.
public final class LogPump implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogPump.class);
    private static final Duration GATHER = Duration.ofMillis(50);
    private static final int LARGEST_BATCH = 1_000;
    private static final int HEAVIEST_BATCH = 512 * 1024;
    private static final int HEAVIEST_QUEUE = 2 * 1024 * 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Entry> queue = new ArrayDeque<>();
    private final EventSink sink;
    private final Consumer<RefusedException> onRefused;
    private final InstantSource clock;
    private final Spill spill;
    private final long limitBytes;
    private final Thread sender;
    private @Nullable Integer shard;
    private long last;
    private long acknowledged;
    private long weightOfQueue;
    private long weightOfAll;
    private long dropped;
    private boolean closed;

    /// Makes a pump; [#start] starts it.
    ///
    /// @param spillFile  does not exist yet; removed when it is no longer needed
    /// @param limitBytes the user's lines beyond so many bytes are dropped
    /// @param onRefused  told when the server refuses a batch; the batch is dropped
    public LogPump(
            EventSink sink,
            Path spillFile,
            long limitBytes,
            InstantSource clock,
            Consumer<RefusedException> onRefused) {
        this.sink = sink;
        this.spill = new Spill(spillFile);
        this.limitBytes = limitBytes;
        this.clock = clock;
        this.onRefused = onRefused;
        this.sender = Thread.ofVirtual().name("log-pump").unstarted(this::sendAll);
    }

    /// Starts sending.
    public void start() {
        sender.start();
    }

    /// Says whose entries the next ones are.
    ///
    /// @param next one of the assignment's shards; null where it has only one
    public void of(@Nullable Integer next) {
        lock.lock();
        try {
            shard = next;
        } finally {
            lock.unlock();
        }
    }

    /// Adds what the user's code wrote; split into lines.
    public void user(Instant time, String level, @Nullable Integer round, String text) {
        add(time, "user", level, round, text);
    }

    /// Adds what the agent has to say; never dropped.
    public void worker(String level, @Nullable Integer round, String text) {
        add(clock.instant(), "worker", level, round, text);
    }

    private void add(Instant time, String source, String level, @Nullable Integer round, String text) {
        for (String message : LineCap.split(text)) {
            lock.lock();
            try {
                if (source.equals("user") && !admit(message.length())) {
                    continue;
                }
                enqueue(n -> Entry.of(new Events.Line(n, time, source, level, round, message, shard)));
            } finally {
                lock.unlock();
            }
        }
    }

    /// Adds a point of a live metric.
    public void metric(Instant time, String name, @Nullable Integer round, @Nullable Long step, double value) {
        lock.lock();
        try {
            if (admit(name.length())) {
                enqueue(n -> Entry.of(new Events.Metric(n, time, name, round, step, value, shard)));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Adds a warning that user code may have brought about; it counts against the limit as its lines do.
    public void userWarning(String code, String message, @Nullable Integer round) {
        lock.lock();
        try {
            if (admit(code.length() + message.length())) {
                enqueue(n -> Entry.of(new Events.Warning(n, code, message, round, shard)));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Adds a warning for the job page.
    public void warning(String code, String message, @Nullable Integer round) {
        lock.lock();
        try {
            enqueue(n -> Entry.of(new Events.Warning(n, code, message, round, shard)));
        } finally {
            lock.unlock();
        }
    }

    /// Returns the number of the last event, 0 before the first.
    public long last() {
        lock.lock();
        try {
            return last;
        } finally {
            lock.unlock();
        }
    }

    /// Says how many lines were dropped, if any were; called once, at the end of the attempt.
    public void conclude() {
        lock.lock();
        try {
            if (dropped > 0) {
                String message = dropped + " lines dropped";
                enqueue(n -> Entry.of(new Events.Line(n, clock.instant(), "worker", "warn", null, message)));
                dropped = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the server has everything that was added before.
    ///
    /// @return false if the time ran out first, or the pump was closed
    public boolean flush(Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lock();
        try {
            long target = last;
            while (acknowledged < target && !closed) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = changed.awaitNanos(nanos);
            }
            return acknowledged >= target;
        } finally {
            lock.unlock();
        }
    }

    private boolean admit(int length) {
        if (weightOfAll > limitBytes) {
            if (dropped++ == 0) {
                String message = "the log of this site is longer than " + limitBytes / 1_000_000
                        + " MB, and further lines are dropped; print less, or ask the operator to raise --log-limit-mb";
                enqueue(n -> Entry.of(new Events.Warning(n, "log_cut", message, null)));
            }
            return false;
        }
        weightOfAll += 16 + length;
        return true;
    }

    /// Numbers an entry and queues it. What cannot be spilled is dropped before it has a number, so that none is
    /// missing.
    private void enqueue(LongFunction<Entry> numbered) {
        if (closed) {
            return;
        }
        Entry entry = numbered.apply(last + 1);
        if (!spill.isEmpty() || weightOfQueue > HEAVIEST_QUEUE) {
            try {
                spill.add(entry);
            } catch (IOException e) {
                LOG.warn("cannot spill a log line to disk; it is dropped", e);
                dropped++;
                return;
            }
        } else {
            queue.add(entry);
            weightOfQueue += entry.weight();
        }
        last++;
        changed.signalAll();
    }

    private void sendAll() {
        try {
            while (true) {
                List<Entry> batch = nextBatch();
                if (!batch.isEmpty()) {
                    send(batch);
                } else if (isClosed()) {
                    return;
                }
            }
        } catch (InterruptedException _) {
            // Closed: what is left is of no use to anybody.
        } finally {
            release();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void send(List<Entry> batch) throws InterruptedException {
        Events events = Entry.batch(batch);
        try {
            sink.post(events);
        } catch (RefusedException e) {
            LOG.warn("the server refused {} log entries: {}", batch.size(), e.getMessage());
            onRefused.accept(e);
        } catch (IOException e) {
            LOG.warn("the server's answer to {} log entries is unreadable", batch.size(), e);
        }
        lock.lock();
        try {
            acknowledged += batch.size();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the first entry, gathers what follows at once, and takes a batch; empty when closed.
    private List<Entry> nextBatch() throws InterruptedException {
        lock.lock();
        try {
            while (queue.isEmpty() && spill.isEmpty() && !closed) {
                changed.await();
            }
            long nanos = GATHER.toNanos();
            while (nanos > 0 && queue.size() < LARGEST_BATCH && weightOfQueue < HEAVIEST_BATCH && !closed) {
                nanos = changed.awaitNanos(nanos);
            }
            return closed ? List.of() : takeBatch();
        } finally {
            lock.unlock();
        }
    }

    private List<Entry> takeBatch() {
        refill();
        List<Entry> batch = new ArrayList<>();
        long weight = 0;
        while (!queue.isEmpty() && batch.size() < LARGEST_BATCH && weight < HEAVIEST_BATCH) {
            Entry entry = queue.remove();
            weight += entry.weight();
            batch.add(entry);
        }
        weightOfQueue -= weight;
        return batch;
    }

    private void refill() {
        if (!queue.isEmpty() || spill.isEmpty()) {
            return;
        }
        try {
            for (Entry entry : spill.take(LARGEST_BATCH)) {
                queue.add(entry);
                weightOfQueue += entry.weight();
            }
        } catch (IOException e) {
            LOG.error("log lines on disk cannot be read and are lost", e);
            acknowledged = last;
            closeSpill();
        }
    }

    private void release() {
        lock.lock();
        try {
            closed = true;
            closeSpill();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void closeSpill() {
        try {
            spill.close();
        } catch (IOException e) {
            LOG.warn("cannot remove spilled log lines", e);
        }
    }

    /// Stops at once; entries that were not sent are dropped. [#flush] first to keep them.
    @Override
    public void close() {
        release();
        sender.interrupt();
    }
}
